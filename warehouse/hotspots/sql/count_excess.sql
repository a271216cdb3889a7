-- what:    time over the limits, at the activity that ended or would have ended them (place_a), or at the case's end
-- inputs:  tally_checks, limits, case_segments, period_days
-- grain:   one row per segment, place and month of the due instant (-1: beyond all months)
-- values:  sign (1 adds, -1 takes away)
INSERT INTO place_tallies
WITH over AS (
    SELECT k.case_code, coalesce(d.period_no + CASE WHEN k.from_at + to_microseconds(l.within_us) >= d.next_from THEN 1 ELSE 0 END, -1)
            AS period_no,
        coalesce(k.to_code, l.activity_code) AS activity_code, l.to_case_end,
        CASE WHEN k.outcome = 'breached'
            THEN greatest(0, epoch_us(k.until_at) - epoch_us(k.from_at)) - l.within_us ELSE 0 END AS excess_us
    FROM temp.tally_checks AS k
    JOIN limits AS l USING (limit_no)
    LEFT JOIN temp.period_days AS d
        ON d.day = (epoch_us(k.from_at) + l.within_us + 62135596800000000) // 86400000000
    WHERE k.outcome IN ('met', 'breached') AND (l.to_case_end OR coalesce(k.to_code, l.activity_code) IS NOT NULL)
)
SELECT 'excess', period_no, 0, CASE WHEN to_case_end THEN 'case end' ELSE 'activity' END,
    CASE WHEN NOT to_case_end THEN activity_code END AS place, NULL, NULL, $sign * count(*), $sign * sum(excess_us)
FROM over GROUP BY period_no, to_case_end, place
UNION ALL
SELECT 'excess', o.period_no, s.segment_no, CASE WHEN o.to_case_end THEN 'case end' ELSE 'activity' END,
    CASE WHEN NOT o.to_case_end THEN o.activity_code END AS place, NULL, NULL, $sign * count(*), $sign * sum(o.excess_us)
FROM over AS o JOIN temp.case_segments AS s USING (case_code)
GROUP BY o.period_no, s.segment_no, o.to_case_end, place
