-- what:       closed cases by cycle time, in bins of equal width; all beyond the last bin's start fall into it
-- inputs:     case_figures
-- prepared:   case_figures
-- grain:      one row per bin that has cases, by bin
-- parameters: $process, $width (seconds of a bin), $bins (how many bins before the overflow bin)
SELECT least(floor(greatest(cycle_seconds, 0) / $width), $bins)::BIGINT AS bin, sum(case_count)::BIGINT AS cases
FROM case_figures
WHERE process = $process AND state = 'closed' AND cycle_seconds IS NOT NULL
GROUP BY bin
ORDER BY bin
