-- what:    duration counts in the order that the statistics want them, over the whole log
-- inputs:  duration_counts
-- grain:   one row per place, measure and second
SELECT segment_no, kind, place_a, place_b, measure, 0 AS period_no, seconds,
    sum(n)::BIGINT AS n, sum(total_us - n::HUGEINT * seconds * 1000000)::BIGINT AS extra_us,
    sum(reference_n)::BIGINT AS reference_n,
    coalesce(sum(reference_us - reference_n::HUGEINT * seconds * 1000000), 0)::BIGINT AS reference_extra_us
FROM duration_counts
GROUP BY ALL
ORDER BY kind, measure, segment_no, place_a, place_b NULLS FIRST, seconds
