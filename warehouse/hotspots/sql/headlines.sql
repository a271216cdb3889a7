-- what:    the headline figures: last complete period against the one before, the whole log, and now
-- inputs:  case_counts, periods, place_tallies, limit_checks, hotspots
-- grain:   one row per figure and period
-- values:  process, as_of
INSERT INTO main.headlines
WITH complete AS (
    SELECT period_no, period, row_number() OVER (ORDER BY period_no DESC) AS back FROM periods WHERE ends_at <= $as_of
),
scopes AS (
    SELECT period_no, period, back FROM complete WHERE back <= 2
    UNION ALL SELECT 0, 'all', 0
),
counted AS (
    SELECT s.period,
        sum(t.n) FILTER (t.tally = 'ended' AND t.kind = 'closed') AS closed,
        sum(t.total_us) FILTER (t.tally = 'ended' AND t.kind = 'closed') AS deviations,
        sum(t.n) FILTER (t.tally = 'ended' AND t.kind = 'judged') AS judged,
        sum(t.n) FILTER (t.tally = 'ended' AND t.kind = 'conformant') AS conformant,
        sum(t.n) FILTER (t.tally = 'limits' AND t.kind = 'met') AS met,
        sum(t.n) FILTER (t.tally = 'limits') AS held
    FROM scopes AS s
    JOIN place_tallies AS t ON t.tally IN ('ended', 'limits') AND (s.period_no = t.period_no OR s.period_no = 0)
    GROUP BY s.period
),
closed AS (
    SELECT period_no, cycle_us, sum(n) AS n FROM case_counts
    WHERE state = 'closed' AND cycle_us IS NOT NULL GROUP BY ALL HAVING sum(n) <> 0
),
cycles AS (
    SELECT s.period, c.cycle_us, c.n FROM closed AS c JOIN scopes AS s USING (period_no)
    UNION ALL
    SELECT 'all', cycle_us, sum(n) FROM closed GROUP BY cycle_us
),
of_cases AS (
    -- the least time that as many cases as the share asks for do not exceed, as quantile_disc finds it
    SELECT period, min(cycle_us) FILTER (upto * 2 >= n) / 1e6 AS cycle_p50_seconds,
        min(cycle_us) FILTER (upto * 10 >= n * 9) / 1e6 AS cycle_p90_seconds
    FROM (
        SELECT period, cycle_us, sum(n) OVER (PARTITION BY period ORDER BY cycle_us) AS upto,
            sum(n) OVER (PARTITION BY period) AS n
        FROM cycles
    )
    GROUP BY period
),
of_hotspots AS (
    SELECT period, sum(recoverable_seconds) AS recoverable_seconds FROM main.hotspots
    WHERE process = $process AND kind = 'activity' AND measure = 'sojourn' AND segment = 'all'
    GROUP BY period
),
figures AS (
    UNPIVOT (
        SELECT s.period, s.back, n.conformant::DOUBLE / nullif(n.judged, 0) AS conformance_rate,
            n.met::DOUBLE / nullif(n.held, 0) AS limits_met_rate, coalesce(n.closed, 0)::DOUBLE AS cases_ended,
            c.cycle_p50_seconds, c.cycle_p90_seconds,
            CASE WHEN n.closed IS NOT NULL THEN n.deviations::DOUBLE END AS deviations, h.recoverable_seconds
        FROM scopes AS s
        LEFT JOIN counted AS n USING (period)
        LEFT JOIN of_cases AS c USING (period)
        LEFT JOIN of_hotspots AS h USING (period)
    ) ON conformance_rate, limits_met_rate, cases_ended, cycle_p50_seconds, cycle_p90_seconds, deviations, recoverable_seconds
    INTO NAME figure VALUE value
)
SELECT $process, f.period, f.figure, f.value, b.value, NULL,
    CASE WHEN f.figure IN ('conformance_rate', 'limits_met_rate') THEN 'higher'
        WHEN f.figure IN ('cycle_p50_seconds', 'cycle_p90_seconds', 'deviations', 'recoverable_seconds') THEN 'lower' END
FROM figures AS f
LEFT JOIN figures AS b ON f.back = 1 AND b.back = 2 AND b.figure = f.figure
WHERE f.back <= 1
UNION ALL
SELECT $process, 'now', 'open_cases', (SELECT coalesce(sum(n), 0) FROM case_counts WHERE state = 'open'), NULL, NULL, NULL
UNION ALL
SELECT $process, 'now', 'open_at_risk',
    (SELECT count(DISTINCT case_code) FROM limit_checks WHERE outcome = 'at_risk'), NULL, NULL, 'lower'
ORDER BY ALL
