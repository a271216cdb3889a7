-- what:       the cases of a process by state
-- inputs:     case_figures
-- prepared:   case_figures
-- grain:      one row per state
-- parameters: $process
SELECT state, count(*) AS cases, count(is_conformant) AS judged,
       count(*) FILTER (WHERE is_conformant) AS conformant
FROM case_figures
WHERE process = $process
GROUP BY state
ORDER BY cases DESC, state
