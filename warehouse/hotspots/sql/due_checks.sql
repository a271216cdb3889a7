-- what:    checks that were met or breached, by the month of their due instant (-1: beyond all months), with the time over
-- inputs:  tally_checks, limits, period_days, case_segments
-- grain:   one row per segment (0: all cases), limit, outcome, activity that stopped the clock, and month
-- note:    grouped once, for all that is counted of them; the checks are many, so they are read again for the segments
CREATE OR REPLACE TEMP TABLE due_checks AS
WITH due AS NOT MATERIALIZED (
    SELECT k.case_code, k.limit_no, k.outcome, k.to_code,
        coalesce(d.period_no + CASE WHEN k.from_at + to_microseconds(l.within_us) >= d.next_from THEN 1 ELSE 0 END, -1)
            AS period_no,
        CASE WHEN k.outcome = 'breached'
            THEN greatest(0, epoch_us(k.until_at) - epoch_us(k.from_at)) - l.within_us ELSE 0 END AS excess_us
    FROM temp.tally_checks AS k
    JOIN limits AS l USING (limit_no)
    LEFT JOIN temp.period_days AS d ON d.day = (epoch_us(k.from_at) + l.within_us + 62135596800000000) // 86400000000
    WHERE k.outcome IN ('met', 'breached')
)
SELECT 0 AS segment_no, limit_no, outcome, to_code, period_no, count(*) AS n, sum(excess_us) AS excess_us
FROM due GROUP BY limit_no, outcome, to_code, period_no
UNION ALL
SELECT s.segment_no, o.limit_no, o.outcome, o.to_code, o.period_no, count(*), sum(o.excess_us)
FROM due AS o JOIN temp.case_segments AS s USING (case_code)
GROUP BY s.segment_no, o.limit_no, o.outcome, o.to_code, o.period_no
