-- what:      Cycle times of closed cases by month and segment
-- arguments: process: its name; segment: NULL or 'all' for all cases, the name of a segment attribute for a row per value of it, or name=value for one
-- gives:     One row per period (and 'all') and segment: period, segment, cases, mean_seconds, p50_seconds, p90_seconds, p95_seconds, least_seconds, most_seconds; cases without the attribute are in no segment
-- example:   SELECT * FROM cycle_times('service_desk', 'priority') WHERE period = 'all'
CREATE OR REPLACE MACRO cycle_times(process, segment := NULL) AS TABLE
WITH labelled AS (
    SELECT c.period, c.cycle_seconds,
        CASE WHEN coalesce(CAST(segment AS VARCHAR), 'all') = 'all' THEN 'all'
            ELSE split_part(segment, '=', 1) || '=' || c.segments[split_part(segment, '=', 1)]
        END AS label
    FROM cases AS c
    WHERE c.process = process AND c.state = 'closed' AND c.cycle_seconds IS NOT NULL AND c.period IS NOT NULL
),
chosen AS (
    SELECT l.period, l.label, l.cycle_seconds FROM labelled AS l
    WHERE l.label IS NOT NULL AND (coalesce(CAST(segment AS VARCHAR), 'all') = 'all' OR NOT contains(segment, '=') OR l.label = segment)
    UNION ALL
    SELECT 'all', l.label, l.cycle_seconds FROM labelled AS l
    WHERE l.label IS NOT NULL AND (coalesce(CAST(segment AS VARCHAR), 'all') = 'all' OR NOT contains(segment, '=') OR l.label = segment)
)
SELECT h.period AS period, h.label AS segment, count(*) AS cases,
    -- summed in whole microseconds, so that the mean depends on no order
    sum(CAST(round(h.cycle_seconds * 1000000) AS HUGEINT))::DOUBLE / count(*) / 1000000 AS mean_seconds,
    quantile_disc(h.cycle_seconds, 0.5) AS p50_seconds, quantile_disc(h.cycle_seconds, 0.9) AS p90_seconds,
    quantile_disc(h.cycle_seconds, 0.95) AS p95_seconds, min(h.cycle_seconds) AS least_seconds,
    max(h.cycle_seconds) AS most_seconds
FROM chosen AS h
GROUP BY h.period, h.label
ORDER BY h.period, h.label
