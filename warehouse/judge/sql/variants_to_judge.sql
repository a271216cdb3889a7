-- what:    the variants that each version has to judge, as closed and as open, but for those kept from earlier nights
-- inputs:  case_versions, kept_variants, variant_dictionary, activities
-- grain:   one row per variant, version and openness
WITH counted AS (
    SELECT c.variant_no, d.variant_id, c.standard_version, c.is_open, count(*) AS case_count
    FROM temp.case_versions AS c
    JOIN variant_dictionary AS d USING (variant_no)
    ANTI JOIN temp.kept_variants AS k
        ON k.variant_id = d.variant_id AND k.standard_version = c.standard_version AND k.is_open = c.is_open
    GROUP BY ALL
),
named AS (
    SELECT v.variant_no, list(a.activity ORDER BY v.step) AS activities
    FROM (
        SELECT variant_no, unnest(codes) AS activity_code, generate_subscripts(codes, 1) AS step
        FROM variant_dictionary
        WHERE variant_no IN (SELECT variant_no FROM counted)
    ) AS v
    JOIN activities AS a USING (activity_code)
    GROUP BY v.variant_no
)
SELECT c.standard_version, c.is_open, c.variant_id, coalesce(n.activities, []::VARCHAR[]) AS activities, c.case_count
FROM counted AS c
LEFT JOIN named AS n USING (variant_no)
ORDER BY c.standard_version, c.is_open, c.variant_id
