-- what:    the headline figures: last complete period against the one before, the whole log, and now
-- inputs:  cases, case_verdicts, periods, limit_checks, deviations, hotspots
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
ended AS (
    SELECT s.period, c.case_code, c.cycle_us, v.is_conformant, coalesce(v.deviation_count, 0) AS deviation_count
    FROM cases AS c
    JOIN scopes AS s ON s.period_no = c.period_no OR s.period_no = 0
    LEFT JOIN case_verdicts AS v USING (case_code)
    WHERE c.ended_at IS NOT NULL AND c.state = 'closed'
),
of_cases AS (
    SELECT period,
        count(*) FILTER (is_conformant) / nullif(count(is_conformant), 0) AS conformance_rate,
        count(*)::DOUBLE AS cases_ended,
        quantile_disc(cycle_us, 0.5) / 1e6 AS cycle_p50_seconds,
        quantile_disc(cycle_us, 0.9) / 1e6 AS cycle_p90_seconds,
        sum(deviation_count)::DOUBLE AS deviations
    FROM ended GROUP BY period
),
of_limits AS (
    SELECT s.period, count(*) FILTER (l.outcome = 'met') / nullif(count(*), 0) AS limits_met_rate
    FROM (SELECT * FROM main.limit_checks WHERE process = $process AND outcome IN ('met', 'breached')) AS l
    ASOF LEFT JOIN periods AS p ON l.due_at >= p.starts_at
    JOIN scopes AS s ON (s.period_no = p.period_no AND l.due_at < p.ends_at) OR s.period_no = 0
    GROUP BY s.period
),
of_hotspots AS (
    SELECT period, sum(recoverable_seconds) AS recoverable_seconds FROM main.hotspots
    WHERE process = $process AND kind = 'activity' AND measure = 'sojourn' AND segment = 'all'
    GROUP BY period
),
figures AS (
    UNPIVOT (
        SELECT s.period, s.back, c.conformance_rate, l.limits_met_rate, coalesce(c.cases_ended, 0) AS cases_ended,
            c.cycle_p50_seconds, c.cycle_p90_seconds, c.deviations, h.recoverable_seconds
        FROM scopes AS s
        LEFT JOIN of_cases AS c USING (period)
        LEFT JOIN of_limits AS l USING (period)
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
SELECT $process, 'now', 'open_cases', (SELECT count(*) FROM cases WHERE state = 'open'), NULL, NULL, NULL
UNION ALL
SELECT $process, 'now', 'open_at_risk',
    (SELECT count(DISTINCT case_id) FROM main.limit_checks WHERE process = $process AND outcome = 'at_risk'), NULL, NULL, 'lower'
ORDER BY ALL
