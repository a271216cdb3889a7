-- what:    all findings about the cases of the scope as they stand tonight: those found, with their first dates, and those
--          of the nights before that are found no more, as they were last seen
-- inputs:  found_deviations, former_deviations, former_sightings, finding_texts, judged_cases, case_versions,
--          judged_variants
-- grain:   one row per finding; a case that is gone takes its own along
-- values:  as_of
WITH unclear AS (
    -- without an exact alignment nothing shows that a finding of flow was mended: it stays as it was
    SELECT v.case_code
    FROM temp.case_versions AS v
    JOIN temp.judged_variants AS d
        ON d.variant_no = v.variant_no AND d.standard_version = v.standard_version AND d.is_open = v.is_open
    WHERE NOT d.is_exact
),
former AS (
    SELECT f.*, f.resolved_at IS NULL AND t.kind <> 'late' AND f.case_code IN (FROM unclear) AS is_unclear
    FROM temp.former_deviations AS f
    JOIN finding_texts AS t USING (finding_no)
    ANTI JOIN temp.found_deviations AS n
        ON n.case_code = f.case_code AND n.identity_no = f.identity_no AND n.occurrence = f.occurrence
    SEMI JOIN temp.judged_cases AS c ON c.case_code = f.case_code
)
FROM (
    SELECT f.case_code, f.finding_no, f.identity_no, f.occurrence, f.position, f.occurred_at, f.elapsed_us, f.excess_us,
        f.resource_code, f.is_open, coalesce(o.first_seen, g.first_seen, $as_of) AS first_seen,
        greatest($as_of, o.last_seen, g.last_seen) AS last_seen, NULL::TIMESTAMPTZ AS resolved_at
    FROM temp.found_deviations AS f
    LEFT JOIN temp.former_deviations AS o USING (case_code, identity_no, occurrence)
    LEFT JOIN temp.former_sightings AS g USING (case_code, identity_no, occurrence)
    UNION ALL BY NAME
    SELECT * EXCLUDE (is_unclear)
        REPLACE (CASE WHEN NOT is_unclear THEN coalesce(resolved_at, greatest($as_of, last_seen)) END AS resolved_at)
    FROM former
)
ORDER BY case_code, identity_no, occurrence
