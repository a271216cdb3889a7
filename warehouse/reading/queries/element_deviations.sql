-- what:       cases with a present deviation at an element of the drawing
-- inputs:     element_findings
-- prepared:   element_findings
-- grain:      one row per element
-- parameters: $process, $standard_version
SELECT element_id, cases, findings
FROM element_findings
WHERE process = $process AND standard_version = $standard_version
ORDER BY element_id
