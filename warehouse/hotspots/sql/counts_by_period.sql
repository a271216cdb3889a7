-- what:    durations counted by second, within each period; the shares of a second lie together, to be added up
-- inputs:  duration_counts (shares with a sign), duration_groups
-- grain:   one row per group, period, second and share
SELECT g.group_no, c.period_no, c.seconds, c.n, (c.total_us - c.n::HUGEINT * c.seconds * 1000000)::BIGINT AS extra_us,
    c.reference_n, (c.reference_us - c.reference_n::HUGEINT * c.seconds * 1000000)::BIGINT AS reference_extra_us
FROM duration_counts AS c
JOIN temp.duration_groups AS g
    ON g.kind = c.kind AND g.measure = c.measure AND g.segment_no = c.segment_no AND g.code_a = c.place_a
    AND g.code_b IS NOT DISTINCT FROM c.place_b
ORDER BY g.group_no, c.period_no, c.seconds
