-- what:       which activity follows which, how often and after how long
-- inputs:     directly_follows
-- grain:      one row per pair, most frequent first
-- parameters: $process
SELECT source, target, instances, cases, p50_seconds
FROM directly_follows
WHERE process = $process
ORDER BY instances DESC, source NULLS FIRST, target NULLS LAST
