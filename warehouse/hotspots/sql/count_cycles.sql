-- what:    cycle times of ended cases: summed by segment, and counted by second for each segment but that of all cases
-- inputs:  tally_cases, case_segments, place_tallies
-- grain:   one row per segment and period
-- values:  sign (1 adds, -1 takes away)
INSERT INTO place_tallies
SELECT 'cycles', c.period_no, 0, 'segment', NULL, NULL, 'cycle', $sign * count(*), $sign * sum(c.cycle_us)
FROM temp.tally_cases AS c WHERE c.cycle_us IS NOT NULL AND c.period_no IS NOT NULL GROUP BY c.period_no
UNION ALL
SELECT 'cycles', c.period_no, s.segment_no, 'segment', NULL, NULL, 'cycle', $sign * count(*), $sign * sum(c.cycle_us)
FROM temp.tally_cases AS c JOIN temp.case_segments AS s USING (case_code)
WHERE c.cycle_us IS NOT NULL AND c.period_no IS NOT NULL GROUP BY c.period_no, s.segment_no
