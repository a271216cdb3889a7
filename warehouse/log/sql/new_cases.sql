-- what:    give every case never seen before a code of its own
-- inputs:  mapped_rows
-- grain:   one row per new case
INSERT INTO case_ids
SELECT (SELECT coalesce(max(case_code), -1) FROM case_ids) + row_number() OVER (ORDER BY case_id), case_id
FROM (SELECT DISTINCT case_id FROM temp.mapped_rows WHERE reject_reason IS NULL) AS m
ANTI JOIN case_ids AS c USING (case_id)
