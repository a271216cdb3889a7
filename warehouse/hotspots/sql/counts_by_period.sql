-- what:    duration counts in the order that the statistics want them, by period
-- inputs:  duration_counts (shares with a sign), places
-- grain:   one row per place, measure, period and second
-- note:    groups are numbered first, so that the many rows are sorted by whole numbers alone; kinds and measures go out as
--          places in a dictionary
WITH groups AS (
    SELECT g.*, a.place_no AS order_a, b.place_no AS order_b,
        row_number() OVER (ORDER BY g.kind, g.measure, g.segment_no, a.place_no, b.place_no NULLS FIRST) AS group_no
    FROM (SELECT DISTINCT kind, measure, segment_no, place_a, place_b FROM duration_counts) AS g
    LEFT JOIN temp.places AS a ON a.kind = g.kind AND a.code = g.place_a
    LEFT JOIN temp.places AS b ON b.kind = g.kind AND b.code = g.place_b
),
summed AS (
    SELECT g.group_no, c.period_no AS period_no, c.seconds, sum(c.n)::BIGINT AS n,
        sum(c.total_us - c.n::HUGEINT * c.seconds * 1000000)::BIGINT AS extra_us,
        sum(c.reference_n)::BIGINT AS reference_n,
        sum(c.reference_us - c.reference_n::HUGEINT * c.seconds * 1000000)::BIGINT AS reference_extra_us
    FROM duration_counts AS c
    JOIN groups AS g
        ON g.kind = c.kind AND g.measure = c.measure AND g.segment_no = c.segment_no AND g.place_a = c.place_a
        AND g.place_b IS NOT DISTINCT FROM c.place_b
    GROUP BY ALL HAVING sum(c.n) <> 0
)
SELECT g.segment_no, g.kind::ENUM ('activity', 'follows', 'handover', 'resource', 'role', 'segment') AS kind, g.order_a AS place_a,
    g.order_b AS place_b, g.measure::ENUM ('cycle', 'follows', 'processing', 'sojourn', 'waiting') AS measure, s.period_no, s.seconds, s.n,
    s.extra_us, s.reference_n, s.reference_extra_us
FROM summed AS s JOIN groups AS g USING (group_no)
ORDER BY s.group_no, s.period_no, s.seconds
