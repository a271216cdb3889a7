-- what:       the distribution of the cycle time of closed cases, in figures
-- inputs:     case_figures
-- prepared:   case_figures
-- grain:      one row
-- parameters: $process
SELECT count(cycle_seconds) AS cases, min(cycle_seconds) AS least, max(cycle_seconds) AS most,
       quantile_disc(cycle_seconds, 0.5) AS p50, quantile_disc(cycle_seconds, 0.9) AS p90,
       quantile_disc(cycle_seconds, 0.98) AS p98
FROM case_figures
WHERE process = $process AND state = 'closed'
