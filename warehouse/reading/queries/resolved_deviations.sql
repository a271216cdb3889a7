-- what:       deviations of earlier nights that are found no more
-- inputs:     status_figures
-- prepared:   status_figures
-- grain:      one row
-- parameters: $process
SELECT coalesce(sum(findings), 0)::BIGINT AS findings, coalesce(sum(cases), 0)::BIGINT AS cases
FROM status_figures
WHERE process = $process AND status = 'resolved'
