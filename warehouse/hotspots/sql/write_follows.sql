-- what:    the directly-follows map with counts and times, with the first and last activity of each case
-- inputs:  given_hotspots (kind follows), timed_instances, activities
-- grain:   one row per pair of consecutive activities
-- values:  process
INSERT INTO main.directly_follows
WITH ends AS (
    SELECT case_code, arg_min(activity_code, instance) AS first_code, arg_max(activity_code, instance) AS last_code
    FROM instances GROUP BY case_code
),
pairs AS (
    SELECT before_code, activity_code, count(DISTINCT case_code) AS cases
    FROM temp.timed_instances WHERE before_code IS NOT NULL GROUP BY ALL
)
SELECT $process, source, target, instances, cases, p50, p90, total FROM (
    SELECT b.activity AS source, a.activity AS target, h.n AS instances, p.cases, h.p50_seconds AS p50, h.p90_seconds AS p90,
        h.total_us / 1e6 AS total
    FROM given_hotspots AS h
    JOIN activities AS b ON b.activity_code = h.place_a
    JOIN activities AS a ON a.activity_code = h.place_b
    JOIN pairs AS p ON p.before_code = h.place_a AND p.activity_code = h.place_b
    WHERE h.kind = 'follows' AND h.period_no = 0
    UNION ALL
    SELECT NULL, a.activity, count(*), count(*), NULL, NULL, NULL FROM ends AS e JOIN activities AS a ON a.activity_code = e.first_code GROUP BY a.activity
    UNION ALL
    SELECT a.activity, NULL, count(*), count(*), NULL, NULL, NULL FROM ends AS e JOIN activities AS a ON a.activity_code = e.last_code GROUP BY a.activity
)
ORDER BY instances DESC, source, target
