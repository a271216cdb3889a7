-- what:    give every case never seen before a code of its own; the empty name stands for rows without a case
-- inputs:  mapped_rows, mapped_case_rows, row_figures
-- grain:   one row per new case
INSERT INTO case_ids
SELECT (SELECT coalesce(max(case_code), -1) FROM case_ids) + row_number() OVER (ORDER BY case_id), case_id
FROM (
    SELECT DISTINCT coalesce(case_id, '') AS case_id FROM temp.mapped_rows
    UNION SELECT case_id FROM temp.mapped_case_rows
    UNION SELECT case_id FROM temp.row_figures
) AS m
ANTI JOIN case_ids AS c USING (case_id)
