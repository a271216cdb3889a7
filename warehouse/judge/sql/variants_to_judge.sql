-- what:    the variants that each version has to judge, as closed and as open
-- inputs:  case_versions, variant_dictionary, activities
-- grain:   one row per variant, version and openness
WITH counted AS (
    SELECT variant_no, standard_version, is_open, count(*) AS case_count
    FROM temp.case_versions
    GROUP BY variant_no, standard_version, is_open
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
SELECT c.standard_version, c.is_open, d.variant_id, coalesce(n.activities, []::VARCHAR[]) AS activities, c.case_count
FROM counted AS c
JOIN variant_dictionary AS d USING (variant_no)
LEFT JOIN named AS n USING (variant_no)
ORDER BY c.standard_version, c.is_open, d.variant_id
