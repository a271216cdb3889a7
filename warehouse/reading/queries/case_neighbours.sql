-- what:       the case ids nearest to a given one, by spelling
-- inputs:     cases
-- grain:      at most five rows, nearest first
-- parameters: $process, $case_id
SELECT case_id
FROM cases
WHERE process = $process
ORDER BY jaro_winkler_similarity(case_id, $case_id) DESC, case_id
LIMIT 5
