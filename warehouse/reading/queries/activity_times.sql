-- what:       how often and how long the activities of the log are done, over the whole log
-- inputs:     activity_instances
-- grain:      one row per activity, most frequent first
-- parameters: $process
SELECT activity, count(*) AS instances, count(DISTINCT case_id) AS cases,
       quantile_disc(sojourn_seconds, 0.5) AS p50_seconds,
       sum((sojourn_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS total_seconds
FROM activity_instances
WHERE process = $process AND activity IS NOT NULL
GROUP BY activity
ORDER BY instances DESC, activity
