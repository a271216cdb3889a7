-- what:       cases with a present deviation at an element of the drawing
-- inputs:     deviation_elements
-- grain:      one row per process, version and element
CREATE TEMP TABLE element_findings AS
SELECT process, standard_version, element_id, cases, findings
FROM deviation_elements
