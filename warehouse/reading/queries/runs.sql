-- what:       the last runs of a process, newest first
-- inputs:     runs
-- grain:      one row per run (at most ten)
-- parameters: $process
SELECT run_id, as_of, started_at, finished_at, status, reason, rows_landed, rows_quarantined, cases_touched, variants_new
FROM runs
WHERE process = $process
ORDER BY run_id DESC
LIMIT 10
