-- what:    events that lie before the instant at which their case is declared to begin
-- inputs:  gate_events, gate_cases
-- grain:   one row per offending row
-- values:  tolerance_us (by how much clocks may differ)
SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no,
    CASE WHEN e.completed_at IS NOT NULL THEN 'completed' ELSE 'started' END AS part,
    'the case begins ' || strftime(c.declared_start_at, '%Y-%m-%d %H:%M:%S') || ' UTC' AS note
FROM temp.gate_events AS e
JOIN temp.gate_cases AS c USING (case_code)
WHERE epoch_us(e.happened_at) < epoch_us(c.declared_start_at) - $tolerance_us
