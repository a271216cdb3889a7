-- what:      The most frequent variants and how much of the log they cover together
-- arguments: process: its name; n: how many, 10 unless given
-- gives:     One row per variant, most frequent first: place, variant_id, activities, case_count, share, cumulative_share
-- example:   SELECT place, share, cumulative_share, array_to_string(activities, ' > ') FROM variant_share('service_desk', 5)
CREATE OR REPLACE MACRO variant_share(process, n := 10) AS TABLE
WITH ranked AS (
    SELECT row_number() OVER (ORDER BY v.case_count DESC, v.variant_id) AS place, v.variant_id, v.activities, v.case_count,
        v.case_count / nullif(sum(v.case_count) OVER (), 0) AS share,
        sum(v.case_count) OVER (ORDER BY v.case_count DESC, v.variant_id) / nullif(sum(v.case_count) OVER (), 0)
            AS cumulative_share
    FROM variants AS v
    WHERE v.process = process
)
SELECT r.place, r.variant_id, r.activities, r.case_count, r.share, r.cumulative_share
FROM ranked AS r
WHERE r.place <= n
ORDER BY r.place
