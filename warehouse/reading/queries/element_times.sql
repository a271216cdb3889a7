-- what:       how often and how long the steps of the drawing are done, over the whole log
-- inputs:     alignment_moves (which log activity stands for which element), activity_instances
-- grain:      one row per element that a log activity stands for
-- parameters: $process, $standard_version
WITH named AS (
    SELECT DISTINCT element_id, activity
    FROM alignment_moves
    WHERE process = $process AND standard_version = $standard_version
      AND move = 'synchronous' AND element_id IS NOT NULL
)
SELECT element_id, count(*) AS instances, count(DISTINCT case_id) AS cases,
       quantile_disc(sojourn_seconds, 0.5) AS p50_seconds,
       sum((sojourn_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS total_seconds
FROM activity_instances
JOIN named USING (activity)
WHERE process = $process
GROUP BY element_id
ORDER BY element_id
