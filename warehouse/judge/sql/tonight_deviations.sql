-- what:    all findings about the cases of the scope as they stand tonight: those found, with their first dates, and those
--          of the nights before that are found no more, as they were last seen
-- inputs:  found_deviations, former_deviations, deviation_sightings, judged_cases, scope_ids, case_versions, variant_dictionary,
--          variant_verdicts
-- grain:   one row per finding; a case that is gone takes its own along
-- values:  process, as_of
CREATE OR REPLACE TEMP TABLE tonight_deviations AS
WITH unclear AS (
    -- without an exact alignment nothing shows that a finding of flow was mended: it stays as it was
    SELECT k.case_id
    FROM temp.case_versions AS v
    JOIN variant_dictionary AS x USING (variant_no)
    JOIN temp.scope_ids AS k USING (case_code)
    JOIN main.variant_verdicts AS d
        ON d.process = $process AND d.variant_id = x.variant_id AND d.standard_version = v.standard_version
        AND d.is_open = v.is_open
    WHERE NOT d.is_exact
),
former AS (
    SELECT f.*, k.case_code, f.status <> 'resolved' AND f.kind <> 'late' AND f.case_id IN (FROM unclear) AS is_unclear
    FROM temp.former_deviations AS f
    ANTI JOIN temp.found_deviations AS n USING (deviation_id)
    JOIN temp.scope_ids AS k USING (case_id)
    SEMI JOIN temp.judged_cases AS c ON c.case_code = k.case_code
)
SELECT f.*, $process AS process, coalesce(o.first_seen, g.first_seen, $as_of) AS first_seen,
    greatest($as_of, o.last_seen, g.last_seen) AS last_seen, NULL::TIMESTAMPTZ AS resolved_at
FROM temp.found_deviations AS f
LEFT JOIN temp.former_deviations AS o USING (deviation_id)
LEFT JOIN (
    SELECT deviation_id, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM main.deviation_sightings WHERE process = $process GROUP BY deviation_id
) AS g USING (deviation_id)
UNION ALL BY NAME
SELECT * EXCLUDE (is_unclear) REPLACE (
    CASE WHEN is_unclear THEN status ELSE 'resolved' END AS status,
    CASE WHEN NOT is_unclear THEN coalesce(resolved_at, greatest($as_of, last_seen)) END AS resolved_at
)
FROM former
