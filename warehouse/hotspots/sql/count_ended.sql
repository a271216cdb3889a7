-- what:    closed cases by the period of their end: how many, judged, conformant, and their deviations; limits that were met
--          or breached by the period of their due instant
-- inputs:  tally_cases, due_checks
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
SELECT 'limits', period_no, 0, CASE WHEN is_breached THEN 'breached' ELSE 'met' END, NULL, NULL, NULL, $sign * sum(n), 0
FROM temp.due_checks WHERE segment_no = 0
GROUP BY period_no, is_breached
