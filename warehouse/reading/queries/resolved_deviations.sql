-- what:       deviations of earlier nights that are found no more
-- inputs:     deviations
-- grain:      one row
-- parameters: $process
SELECT count(*) AS findings, count(DISTINCT case_id) AS cases
FROM deviations
WHERE process = $process AND status = 'resolved'
