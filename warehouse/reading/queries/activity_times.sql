-- what:       how often and how long the activities of the log are done, over the whole log
-- inputs:     activity_figures
-- prepared:   activity_figures
-- grain:      one row per activity, most frequent first
-- parameters: $process
SELECT activity, instances, cases, p50_seconds, total_seconds
FROM activity_figures
WHERE process = $process
ORDER BY instances DESC, activity
