-- what:    the activities of the rows at hand, a number for each activity and lifecycle transition
-- inputs:  mapped_rows
-- grain:   one row per activity and transition
-- values:  start_activities, end_activities, reopened_by, unknown_activities (lists of names)
SELECT CAST(row_number() OVER (ORDER BY activity, lifecycle) AS INTEGER) AS step_no, activity, lifecycle,
    list_contains($start_activities::VARCHAR[], activity) AS is_start,
    list_contains($end_activities::VARCHAR[], activity) AS is_end,
    list_contains($reopened_by::VARCHAR[], activity) AS is_reopening,
    list_contains($unknown_activities::VARCHAR[], activity) AS is_unknown
FROM (
    SELECT DISTINCT activity, coalesce(lifecycle, 'complete') AS lifecycle
    FROM temp.mapped_rows WHERE reject_reason IS NULL
)
