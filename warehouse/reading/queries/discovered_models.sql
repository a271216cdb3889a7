-- what:       the models found in the log, newest first
-- inputs:     discovered_models, runs
-- grain:      one row per model (at most the last ten)
-- parameters: $process
SELECT d.run_id, r.as_of, d.method, d.fitness, d.precision, d.simplicity, d.cases_covered, d.change
FROM discovered_models d
LEFT JOIN runs r ON r.run_id = d.run_id AND r.process = d.process
WHERE d.process = $process
ORDER BY d.run_id DESC
LIMIT 10
