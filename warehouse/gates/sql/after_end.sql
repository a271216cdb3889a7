-- what:    ordinary work after an activity that ends the case, with no reopening in between
-- inputs:  gate_events, gate_cases, gate_steps
-- grain:   one row per offending row
-- values:  tolerance_us (by how much clocks may differ)
WITH reopened AS (
    SELECT e.case_code, min(e.happened_at) AS reopened_at
    FROM temp.gate_events AS e
    JOIN temp.gate_steps AS s ON s.step_no = e.step_no AND s.is_reopening
    JOIN temp.gate_cases AS c ON c.case_code = e.case_code AND e.happened_at > c.first_end_at
    GROUP BY e.case_code
)
SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no,
    CASE WHEN e.completed_at IS NOT NULL THEN 'completed' ELSE 'started' END AS part,
    'the case ended ' || strftime(c.first_end_at, '%Y-%m-%d %H:%M:%S') || ' UTC' AS note
FROM temp.gate_events AS e
JOIN temp.gate_cases AS c ON c.case_code = e.case_code AND epoch_us(e.happened_at) > epoch_us(c.first_end_at) + $tolerance_us
JOIN temp.gate_steps AS s ON s.step_no = e.step_no AND NOT s.is_end AND NOT s.is_reopening
LEFT JOIN reopened AS r ON r.case_code = e.case_code
WHERE r.reopened_at IS NULL OR e.happened_at < r.reopened_at
