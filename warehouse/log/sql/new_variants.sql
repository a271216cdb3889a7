-- what:    give every variant never seen before a number, and its id: md5 over the length-prefixed activities
-- inputs:  short_sequences, case_sequences, activities
-- grain:   one row per new variant
INSERT INTO variant_dictionary
WITH fresh AS (
    SELECT DISTINCT codes
    FROM (SELECT codes FROM temp.short_sequences UNION ALL SELECT codes FROM temp.case_sequences) AS s
    ANTI JOIN variant_dictionary AS v USING (codes)
),
exploded AS (
    SELECT codes, unnest(codes) AS activity_code, generate_subscripts(codes, 1) AS step FROM fresh
),
named AS (
    SELECT e.codes, md5(string_agg(strlen(a.activity) || ':' || a.activity, '' ORDER BY e.step)) AS variant_id
    FROM exploded AS e JOIN activities AS a USING (activity_code)
    GROUP BY e.codes
),
identified AS (
    SELECT f.codes, coalesce(n.variant_id, md5('')) AS variant_id FROM fresh AS f LEFT JOIN named AS n USING (codes)
)
SELECT (SELECT coalesce(max(variant_no), -1) FROM variant_dictionary) + row_number() OVER (ORDER BY variant_id),
    variant_id, codes
FROM identified
