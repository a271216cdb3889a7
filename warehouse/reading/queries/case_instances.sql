-- what:       the activity instances of a case, in order
-- inputs:     activity_instances
-- grain:      one row per activity instance
-- parameters: $process, $case_id
SELECT instance, activity, resource, role, enabled_at, started_at, completed_at, waiting_seconds, processing_seconds,
       sojourn_seconds
FROM activity_instances
WHERE process = $process AND case_id = $case_id
ORDER BY instance
