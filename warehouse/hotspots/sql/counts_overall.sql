-- what:    duration counts in the order that the statistics want them, over the whole log
-- inputs:  duration_counts, places
-- grain:   one row per place, measure and second
SELECT c.segment_no, c.kind, a.place_no AS place_a, b.place_no AS place_b, c.measure, 0 AS period_no, c.seconds,
    sum(c.n)::BIGINT AS n, sum(c.total_us - c.n::HUGEINT * c.seconds * 1000000)::BIGINT AS extra_us,
    sum(c.reference_n)::BIGINT AS reference_n,
    sum(c.reference_us - c.reference_n::HUGEINT * c.seconds * 1000000)::BIGINT AS reference_extra_us
FROM duration_counts AS c
LEFT JOIN temp.places AS a ON a.kind = c.kind AND a.code = c.place_a
LEFT JOIN temp.places AS b ON b.kind = c.kind AND b.code = c.place_b
GROUP BY ALL
ORDER BY c.kind, c.measure, c.segment_no, a.place_no, b.place_no NULLS FIRST, period_no, c.seconds
