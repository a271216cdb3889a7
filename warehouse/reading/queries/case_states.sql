-- what:       the cases of a process by state
-- inputs:     case_figures
-- prepared:   case_figures
-- grain:      one row per state
-- parameters: $process
SELECT state, sum(case_count)::BIGINT AS cases,
       coalesce(sum(case_count) FILTER (WHERE is_conformant IS NOT NULL), 0)::BIGINT AS judged,
       coalesce(sum(case_count) FILTER (WHERE is_conformant), 0)::BIGINT AS conformant
FROM case_figures
WHERE process = $process
GROUP BY state
ORDER BY cases DESC, state
