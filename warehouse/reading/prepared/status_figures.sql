-- what:       how many deviations have a status
-- inputs:     deviation_totals
-- grain:      one row per process and status
CREATE TEMP TABLE status_figures AS
SELECT process, status, cases, findings
FROM deviation_totals
