-- what:      Open cases with a time limit that falls due within so many hours after as_of
-- arguments: process: its name; within_hours: how far to look ahead, 24 unless given
-- gives:     One row per case and limit still running, the most urgent first: case_id, clause_id, text_en, text_zh, outcome (at_risk or running), from_at, due_at, hours_left, used_share (of the limit)
-- example:   SELECT * FROM open_cases_due('service_desk', 8)
CREATE OR REPLACE MACRO open_cases_due(process, within_hours := 24) AS TABLE
SELECT l.case_id, l.clause_id, k.text_en, k.text_zh, l.outcome, l.from_at, l.due_at,
    (epoch_us(l.due_at) - epoch_us(p.as_of)) / 3600000000 AS hours_left,
    coalesce(l.business_seconds, l.elapsed_seconds) / nullif(l.limit_seconds, 0) AS used_share
FROM limit_checks AS l
JOIN processes AS p ON p.process = l.process
JOIN cases AS c ON c.process = l.process AND c.case_id = l.case_id AND c.state = 'open'
LEFT JOIN clauses AS k ON k.process = l.process AND k.standard_version = l.standard_version AND k.clause_id = l.clause_id
WHERE l.process = process AND l.outcome IN ('at_risk', 'running')
    AND epoch_us(l.due_at) - epoch_us(p.as_of) <= within_hours * 3600000000
ORDER BY l.due_at, l.case_id, l.clause_id, l.occurrence
