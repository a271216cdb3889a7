-- what:    activities that neither the log nor the standard ever had
-- inputs:  gate_events, gate_steps
-- grain:   one row per offending row
SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no, 'activity' AS part, NULL::VARCHAR AS note
FROM temp.gate_events AS e
JOIN temp.gate_steps AS s ON s.step_no = e.step_no AND s.is_unknown
