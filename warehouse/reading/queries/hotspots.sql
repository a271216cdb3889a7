-- what:       the places where time goes, the first ones of each kind and measure; people are left out unless they are asked for
-- inputs:     hotspots
-- grain:      one row per period, kind, measure, place and cause
-- parameters: $process, $period, $top (ranks kept of each kind and measure), $hidden (kinds left out)
SELECT kind, measure, place, cause, instances, cases, total_seconds, mean_seconds, reference_seconds,
       excess_seconds, recoverable_seconds, share_of_cycle_time, p50_seconds, p90_seconds, rank,
       count(*) OVER (PARTITION BY kind, measure) AS places
FROM hotspots
WHERE process = $process AND period = $period AND segment = 'all' AND NOT list_contains($hidden::VARCHAR[], kind)
QUALIFY rank <= $top
ORDER BY kind, measure, rank, place, cause NULLS FIRST
