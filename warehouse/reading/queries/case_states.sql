-- what:       the cases of a process by state
-- inputs:     cases
-- grain:      one row per state
-- parameters: $process
SELECT state, count(*) AS cases, count(is_conformant) AS judged,
       count(*) FILTER (WHERE is_conformant) AS conformant
FROM cases
WHERE process = $process
GROUP BY state
ORDER BY cases DESC, state
