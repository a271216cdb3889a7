-- what:    keep when the findings about cases that are gone were seen
-- inputs:  former_deviations, cases, case_ids
-- grain:   one row per finding about a case that is gone
INSERT INTO main.deviation_sightings
SELECT process, deviation_id, first_seen, last_seen FROM temp.former_deviations
WHERE case_id NOT IN (SELECT case_id FROM case_ids SEMI JOIN cases USING (case_code))
