-- what:    the variants of the process with their shares
-- inputs:  cases, variant_dictionary, activities
-- grain:   one row per variant that has a case
-- values:  process
INSERT INTO main.variants
WITH counted AS (
    SELECT variant_no, count(*) AS case_count FROM cases GROUP BY variant_no
),
named AS (
    SELECT v.variant_no, list(a.activity ORDER BY v.step) AS activities
    FROM (
        SELECT variant_no, unnest(codes) AS activity_code, generate_subscripts(codes, 1) AS step
        FROM variant_dictionary SEMI JOIN counted USING (variant_no)
    ) AS v
    JOIN activities AS a USING (activity_code)
    GROUP BY v.variant_no
)
SELECT $process, d.variant_id, coalesce(n.activities, []::VARCHAR[]), c.case_count, c.case_count / sum(c.case_count) OVER ()
FROM counted AS c
JOIN variant_dictionary AS d USING (variant_no)
LEFT JOIN named AS n USING (variant_no)
ORDER BY c.case_count DESC, d.variant_id
