-- what:    cases whose first activity is none that begins a case, where nothing of them came before
-- inputs:  gate_events, gate_cases
-- grain:   one row per row of such a case
-- values:  start_activities, observed_from (NULL: ever)
SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no, 'activity' AS part,
    'the first of its case' AS note
FROM temp.gate_events AS e
JOIN temp.gate_cases AS c USING (case_code)
WHERE len($start_activities::VARCHAR[]) > 0 AND NOT c.begins_with_start AND NOT c.is_former
    AND c.first_at >= coalesce($observed_from::TIMESTAMPTZ, c.first_at)
ORDER BY e.place
