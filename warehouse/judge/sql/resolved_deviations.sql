-- what:    findings of the nights before that are found no more, as they were last seen
-- inputs:  former_deviations, found_deviations, cases, case_ids, case_versions, variant_dictionary, variant_verdicts
-- grain:   one row per finding; a case that is gone takes its own along
-- values:  process, as_of
INSERT INTO main.deviations BY NAME
WITH unclear AS (
    -- without an exact alignment nothing shows that a finding of flow was mended: it stays as it was
    SELECT k.case_id
    FROM temp.case_versions AS v
    JOIN variant_dictionary AS x USING (variant_no)
    JOIN case_ids AS k USING (case_code)
    JOIN main.variant_verdicts AS d
        ON d.process = $process AND d.variant_id = x.variant_id AND d.standard_version = v.standard_version
        AND d.is_open = v.is_open
    WHERE NOT d.is_exact
),
former AS (
    SELECT f.*, f.status <> 'resolved' AND f.kind <> 'late' AND f.case_id IN (FROM unclear) AS is_unclear
    FROM temp.former_deviations AS f
    ANTI JOIN temp.found_deviations AS n USING (deviation_id)
    SEMI JOIN (SELECT case_id FROM case_ids JOIN cases USING (case_code)) AS c USING (case_id)
)
SELECT * EXCLUDE (is_unclear) REPLACE (
    CASE WHEN is_unclear THEN status ELSE 'resolved' END AS status,
    CASE WHEN NOT is_unclear THEN coalesce(resolved_at, greatest($as_of, last_seen)) END AS resolved_at
)
FROM former
ORDER BY case_id, clause_id, kind, occurrence, activity
