-- what:    durations counted by second, over the whole log
-- inputs:  duration_counts (shares with a sign), duration_groups
-- grain:   one row per group and second
WITH counted AS (
    SELECT kind, measure, segment_no, place_a, place_b, seconds, sum(n)::BIGINT AS n, sum(total_us) AS total_us,
        sum(reference_n)::BIGINT AS reference_n, sum(reference_us) AS reference_us
    FROM duration_counts
    GROUP BY kind, measure, segment_no, place_a, place_b, seconds HAVING sum(n) <> 0
)
SELECT g.group_no, c.seconds, c.n, (c.total_us - c.n::HUGEINT * c.seconds * 1000000)::BIGINT AS extra_us, c.reference_n,
    (c.reference_us - c.reference_n::HUGEINT * c.seconds * 1000000)::BIGINT AS reference_extra_us
FROM counted AS c
JOIN temp.duration_groups AS g
    ON g.kind = c.kind AND g.measure = c.measure AND g.segment_no = c.segment_no AND g.code_a = c.place_a
    AND g.code_b IS NOT DISTINCT FROM c.place_b
ORDER BY g.group_no, c.seconds
