-- what:       present deviations (not those resolved) of a clause, kind and activity
-- inputs:     deviations
-- grain:      one row per process, clause, kind and activity
CREATE TEMP TABLE group_figures AS
SELECT process, clause_id, kind, activity, count(DISTINCT case_id) AS cases,
    count(DISTINCT case_id) FILTER (status = 'open') AS open_cases, count(*) AS findings,
    sum((excess_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS excess_seconds,
    list_extract(['low', 'medium', 'high', 'critical'],
        max(list_position(['low', 'medium', 'high', 'critical'], severity))) AS severity
FROM deviations
WHERE status <> 'resolved'
GROUP BY process, clause_id, kind, activity
