-- what:    checks that were met or breached, by the month of their due instant (-1: beyond all months), with the time over
-- inputs:  tally_checks, limits, period_days, case_segments
-- grain:   one row per segment (0: all cases), limit, outcome, activity that stopped the clock, and month
-- note:    grouped once, for all that is counted of them. The checks are many: they are read again for the segments, and
--          instants are added to as whole microseconds, since adding an interval asks a calendar each time
CREATE OR REPLACE TEMP TABLE due_checks AS
WITH due AS NOT MATERIALIZED (
    SELECT k.case_code, k.limit_no, k.is_breached, k.to_code,
        coalesce(d.period_no + CASE WHEN k.due_us >= epoch_us(d.next_from) THEN 1 ELSE 0 END, -1) AS period_no,
        CASE WHEN k.is_breached THEN greatest(0, k.used_us) - k.within_us ELSE 0 END AS excess_us
    FROM (
        SELECT c.case_code, c.limit_no, c.to_code, c.outcome = 'breached' AS is_breached, l.within_us,
            epoch_us(c.from_at) + l.within_us AS due_us, epoch_us(c.until_at) - epoch_us(c.from_at) AS used_us
        FROM temp.tally_checks AS c
        JOIN limits AS l USING (limit_no)
        WHERE c.outcome IN ('met', 'breached')
    ) AS k
    LEFT JOIN temp.period_days AS d ON d.day = (k.due_us + 62135596800000000) // 86400000000
)
SELECT 0 AS segment_no, limit_no, is_breached, to_code, period_no, count(*) AS n, sum(excess_us) AS excess_us
FROM due GROUP BY limit_no, is_breached, to_code, period_no
UNION ALL
SELECT s.segment_no, o.limit_no, o.is_breached, o.to_code, o.period_no, count(*), sum(o.excess_us)
FROM due AS o JOIN temp.case_segments AS s USING (case_code)
GROUP BY s.segment_no, o.limit_no, o.is_breached, o.to_code, o.period_no
