-- what:       the time limits held against a case
-- inputs:     limit_checks, clauses
-- grain:      one row per limit and occurrence
-- parameters: $process, $case_id
SELECT l.clause_id, k.text_en, k.text_zh, l.occurrence, l.from_at, l.to_at, l.due_at, l.elapsed_seconds,
       l.business_seconds, l.limit_seconds, l.outcome
FROM limit_checks l
LEFT JOIN clauses k
       ON k.process = l.process AND k.standard_version = l.standard_version AND k.clause_id = l.clause_id
WHERE l.process = $process AND l.case_id = $case_id
ORDER BY l.from_at NULLS LAST, l.clause_id, l.occurrence
