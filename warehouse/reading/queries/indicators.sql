-- what:       quality indicators of a period
-- inputs:     indicators
-- grain:      one row per indicator and segment
-- parameters: $process, $period
SELECT indicator, segment, value, numerator, denominator, low, high, target, met
FROM indicators
WHERE process = $process AND period = $period
ORDER BY indicator, segment
