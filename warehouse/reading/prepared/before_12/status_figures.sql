-- what:       how many deviations have a status
-- inputs:     deviations
-- grain:      one row per process and status
CREATE TEMP TABLE status_figures AS
SELECT process, status, count(DISTINCT case_id) AS cases, count(*) AS findings
FROM deviations
GROUP BY process, status
