-- what:    instants before the day that the process names as its floor
-- inputs:  gate_events
-- grain:   one row per offending row
-- values:  floor_at
SELECT source_no, load_id, row_number, case_code, step_no,
    CASE WHEN coalesce(started_at < $floor_at, false) THEN 'started' ELSE 'completed' END AS part, NULL::VARCHAR AS note
FROM temp.gate_events
WHERE least(started_at, completed_at) < $floor_at
