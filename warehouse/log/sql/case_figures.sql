-- what:    what was decided by rule about the rows of each mapped case
-- inputs:  row_figures (duplicates, filtered and deleting rows), mapped, case_ids
-- grain:   one row per case, load and figure that is not 0
-- values:  as_of
INSERT INTO case_figures
SELECT case_code, load_id, figure, sum(n)::BIGINT
FROM (
    SELECT c.case_code, f.load_id, f.figure, f.n FROM temp.row_figures AS f JOIN case_ids AS c USING (case_id)
    UNION ALL
    SELECT case_code, load_id,
        unnest(list_concat(
            CASE WHEN reject IS NOT NULL THEN ['rows_rejected'] ELSE [] END,
            CASE WHEN reject IS NULL AND coalesce(completed_at, started_at) > $as_of THEN ['rows_after_as_of'] ELSE [] END,
            CASE started_note WHEN 'ambiguous' THEN ['instants_ambiguous'] WHEN 'impossible' THEN ['instants_impossible'] ELSE [] END,
            CASE completed_note WHEN 'ambiguous' THEN ['instants_ambiguous'] WHEN 'impossible' THEN ['instants_impossible'] ELSE [] END
        )) AS figure, 1
    FROM temp.mapped
    WHERE reject IS NOT NULL OR coalesce(completed_at, started_at) > $as_of OR started_note IS NOT NULL
        OR completed_note IS NOT NULL
)
GROUP BY ALL
