-- what:    keep when the findings about cases that are gone were seen
-- inputs:  former_deviations, scope_ids, judged_cases
-- grain:   one row per finding about a case that is gone
INSERT INTO main.deviation_sightings
SELECT f.process, f.deviation_id, f.first_seen, f.last_seen
FROM temp.former_deviations AS f
ANTI JOIN (SELECT case_id FROM temp.scope_ids SEMI JOIN temp.judged_cases USING (case_code)) AS k USING (case_id)
