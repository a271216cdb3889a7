-- what:       the distribution of the cycle time of closed cases, in figures
-- inputs:     case_figures
-- prepared:   case_figures
-- grain:      one row
-- parameters: $process
-- note:       a share p of n cases is reached by the least time that ceil(p * n) of them don't exceed, as quantile_disc
WITH timed AS (
    SELECT cycle_seconds, sum(case_count) AS n
    FROM case_figures
    WHERE process = $process AND state = 'closed' AND cycle_seconds IS NOT NULL
    GROUP BY cycle_seconds
),
counted AS (
    SELECT cycle_seconds, sum(n) OVER (ORDER BY cycle_seconds) AS up_to, sum(n) OVER () AS total FROM timed
)
SELECT coalesce(any_value(total), 0)::BIGINT AS cases, min(cycle_seconds) AS least, max(cycle_seconds) AS most,
       min(cycle_seconds) FILTER (WHERE up_to >= ceil(0.5 * total)) AS p50,
       min(cycle_seconds) FILTER (WHERE up_to >= ceil(0.9 * total)) AS p90,
       min(cycle_seconds) FILTER (WHERE up_to >= ceil(0.98 * total)) AS p98
FROM counted
