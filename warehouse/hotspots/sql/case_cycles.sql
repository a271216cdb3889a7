-- what:    cycle times of ended cases by segment (segment 0, all cases, is no place)
-- inputs:  cases, case_verdicts, case_segments
-- grain:   one row per duration in whole seconds
INSERT INTO duration_counts
SELECT c.period_no, 0, 'segment', s.segment_no, NULL, 'cycle', c.cycle_us // 1000000, count(*), sum(c.cycle_us),
    count(*) FILTER (v.is_conformant), sum(c.cycle_us) FILTER (v.is_conformant)
FROM cases AS c
JOIN temp.case_segments AS s USING (case_code)
LEFT JOIN case_verdicts AS v USING (case_code)
WHERE c.cycle_us IS NOT NULL AND c.period_no IS NOT NULL AND s.segment_no > 0
GROUP BY ALL
