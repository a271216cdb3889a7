-- what:    what was decided by rule while the log was shaped, counted
-- inputs:  case_figures, events, instances, cases
-- grain:   one row per figure
-- values:  process
INSERT INTO main.log_counts
WITH summed AS (SELECT figure, sum(n)::BIGINT AS n FROM case_figures GROUP BY figure)
SELECT $process, f.figure, coalesce(s.n, 0)
FROM (
    SELECT unnest(['rows_duplicate', 'rows_filtered', 'rows_deleted', 'rows_rejected', 'instants_ambiguous',
        'instants_impossible', 'rows_after_as_of', 'starts_without_completion']) AS figure
) AS f
LEFT JOIN summed AS s USING (figure)
UNION ALL SELECT $process, 'events', (SELECT count(*) FROM events)
UNION ALL SELECT $process, 'instances', (SELECT count(*) FROM instances)
UNION ALL SELECT $process, 'cases', (SELECT count(*) FROM cases)
