-- what:    the variants that each version has to judge, as closed and as open, but for those kept from earlier nights
-- inputs:  needed_verdicts, kept_variants, variant_dictionary, activities
-- grain:   one row per variant, version and openness
WITH counted AS (
    SELECT * FROM temp.needed_verdicts
    ANTI JOIN temp.kept_variants USING (variant_id, standard_version, is_open)
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
