-- what:       ended cases, conformance and cycle time by month of the end of the case
-- inputs:     case_figures
-- prepared:   case_figures
-- grain:      one row per period, oldest first
-- parameters: $process
WITH ended AS (
    SELECT period, sum(case_count)::BIGINT AS ended,
           coalesce(sum(case_count) FILTER (WHERE is_conformant IS NOT NULL), 0)::BIGINT AS judged,
           coalesce(sum(case_count) FILTER (WHERE is_conformant), 0)::BIGINT AS conformant
    FROM case_figures
    WHERE process = $process AND period IS NOT NULL
    GROUP BY period
),
timed AS (
    SELECT period, cycle_seconds, sum(sum(case_count)) OVER (PARTITION BY period ORDER BY cycle_seconds) AS up_to,
           sum(sum(case_count)) OVER (PARTITION BY period) AS total
    FROM case_figures
    WHERE process = $process AND period IS NOT NULL AND state = 'closed' AND cycle_seconds IS NOT NULL
    GROUP BY period, cycle_seconds
),
medians AS (
    SELECT period, min(cycle_seconds) AS cycle_p50_seconds FROM timed WHERE up_to >= ceil(0.5 * total) GROUP BY period
)
SELECT period, ended, judged, conformant, cycle_p50_seconds
FROM ended LEFT JOIN medians USING (period)
ORDER BY period
