-- what:    closed cases by the period of their end: how many, judged, conformant, and their deviations; limits that were met
--          or breached by the period of their due instant
-- inputs:  tally_cases, tally_checks, limits, period_days
-- grain:   one row per figure and period
-- values:  sign (1 adds, -1 takes away)
INSERT INTO place_tallies
SELECT 'ended', period_no, 0, figure, NULL, NULL, NULL, $sign * n, $sign * total
FROM (
    SELECT period_no, unnest(['closed', 'judged', 'conformant']) AS figure,
        unnest([count(*), count(is_conformant), count(*) FILTER (is_conformant)]) AS n,
        unnest([sum(deviation_count)::HUGEINT, 0, 0]) AS total
    FROM temp.tally_cases WHERE state = 'closed' AND ended_at IS NOT NULL GROUP BY period_no
)
WHERE n <> 0
UNION ALL
SELECT 'limits', period_no, 0, outcome, NULL, NULL, NULL, $sign * count(*), 0
FROM (
    SELECT k.outcome,
        coalesce(d.period_no + CASE WHEN k.from_at + to_microseconds(l.within_us) >= d.next_from THEN 1 ELSE 0 END, -1)
            AS period_no
    FROM temp.tally_checks AS k
    JOIN limits AS l USING (limit_no)
    LEFT JOIN temp.period_days AS d ON d.day = (epoch_us(k.from_at) + l.within_us + 62135596800000000) // 86400000000
    WHERE k.outcome IN ('met', 'breached')
)
GROUP BY period_no, outcome
