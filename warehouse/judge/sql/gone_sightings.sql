-- what:    keep when the findings about cases that are gone were seen
-- inputs:  former_deviations, finding_texts, scope_ids, judged_cases
-- grain:   one row per finding about a case that is gone
-- values:  process
INSERT INTO main.deviation_sightings
SELECT $process, deviation_id($process, k.case_id, t.clause_id, t.kind, t.activity, f.occurrence), f.first_seen, f.last_seen
FROM temp.former_deviations AS f
JOIN finding_texts AS t USING (finding_no)
JOIN temp.scope_ids AS k USING (case_code)
ANTI JOIN temp.judged_cases AS c USING (case_code)
