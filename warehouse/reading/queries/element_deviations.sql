-- what:       cases with a present deviation at an element of the drawing
-- inputs:     deviations
-- grain:      one row per element
-- parameters: $process, $standard_version
SELECT element_id, count(DISTINCT case_id) AS cases, count(*) AS findings
FROM deviations
WHERE process = $process AND standard_version = $standard_version AND element_id IS NOT NULL AND status <> 'resolved'
GROUP BY element_id
ORDER BY element_id
