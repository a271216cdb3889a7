-- what:    instants after the load itself: nobody can have recorded them
-- inputs:  gate_events, gate_loads
-- grain:   one row per offending row
-- values:  future_tolerance_us
SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no,
    CASE WHEN coalesce(epoch_us(e.completed_at) > epoch_us(l.asked_at) + $future_tolerance_us, false)
        THEN 'completed' ELSE 'started' END AS part,
    NULL::VARCHAR AS note
FROM temp.gate_events AS e
JOIN temp.gate_loads AS l USING (load_id)
WHERE epoch_us(greatest(e.started_at, e.completed_at)) > epoch_us(l.asked_at) + $future_tolerance_us
