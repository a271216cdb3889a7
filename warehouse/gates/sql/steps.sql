-- what:    the activities of the rows at hand, a number for each activity and lifecycle transition
-- inputs:  mapped, mapped_activities
-- grain:   one row per activity and transition; without transitions the number is that of the activity
-- values:  by_lifecycle, start_activities, end_activities, reopened_by, unknown_activities (lists of names)
SELECT CAST(CASE WHEN $by_lifecycle THEN row_number() OVER (ORDER BY activity, lifecycle) ELSE activity_code END AS INTEGER)
        AS step_no,
    activity_code, activity, lifecycle,
    list_contains($start_activities::VARCHAR[], activity) AS is_start,
    list_contains($end_activities::VARCHAR[], activity) AS is_end,
    list_contains($reopened_by::VARCHAR[], activity) AS is_reopening,
    list_contains($unknown_activities::VARCHAR[], activity) AS is_unknown
FROM (
    SELECT DISTINCT activity_code, coalesce(lifecycle, 'complete') AS lifecycle FROM temp.mapped WHERE reject IS NULL
)
JOIN temp.mapped_activities USING (activity_code)
