-- what:       ended cases, conformance and cycle time by month of the end of the case
-- inputs:     case_figures
-- prepared:   case_figures
-- grain:      one row per period, oldest first
-- parameters: $process
SELECT period, count(*) AS ended, count(is_conformant) AS judged,
       count(*) FILTER (WHERE is_conformant) AS conformant,
       quantile_disc(cycle_seconds, 0.5) FILTER (WHERE state = 'closed') AS cycle_p50_seconds
FROM case_figures
WHERE process = $process AND period IS NOT NULL
GROUP BY period
ORDER BY period
