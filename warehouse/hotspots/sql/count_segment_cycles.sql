-- what:    cycle times of ended cases by second, for each segment but that of all cases, which is no place
-- inputs:  tally_cases, case_segments
-- grain:   one row per segment, period and second
-- values:  sign (1 adds, -1 takes away)
INSERT INTO duration_counts
SELECT c.period_no, 0, 'segment', s.segment_no, NULL, 'cycle', c.cycle_us // 1000000, $sign * count(*),
    $sign * sum(c.cycle_us), $sign * count(*) FILTER (c.is_reference),
    $sign * coalesce(sum(c.cycle_us) FILTER (c.is_reference), 0)
FROM temp.tally_cases AS c
JOIN temp.case_segments AS s USING (case_code)
WHERE c.cycle_us IS NOT NULL AND c.period_no IS NOT NULL
GROUP BY ALL
