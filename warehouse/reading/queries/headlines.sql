-- what:       the headline figures of a process
-- inputs:     headlines
-- grain:      one row per period and figure
-- parameters: $process
SELECT period, figure, value, previous, target, better
FROM headlines
WHERE process = $process
ORDER BY period, figure
