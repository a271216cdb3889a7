-- what:       cases with a present deviation at an element of the drawing
-- inputs:     deviations
-- grain:      one row per process, version and element
CREATE TEMP TABLE element_findings AS
SELECT process, standard_version, element_id, count(DISTINCT case_id) AS cases, count(*) AS findings
FROM deviations
WHERE element_id IS NOT NULL AND status <> 'resolved'
GROUP BY process, standard_version, element_id
