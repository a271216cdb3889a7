-- what:       the deviations of a case, those resolved included, in order of their place in it
-- inputs:     deviations
-- grain:      one row per deviation
-- parameters: $process, $case_id
SELECT deviation_id, clause_id, kind, activity, occurrence, position, occurred_at, sentence_en, sentence_zh, owner,
       severity, excess_seconds, status, first_seen, last_seen, resolved_at
FROM deviations
WHERE process = $process AND case_id = $case_id
ORDER BY position NULLS LAST, occurred_at NULLS LAST, clause_id, kind, occurrence
