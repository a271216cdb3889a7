-- what:       in how many cases of a period a clause, kind and activity has present deviations
-- inputs:     deviations, cases
-- grain:      one row per process, clause, kind, activity and period
CREATE TEMP TABLE group_periods AS
SELECT d.process, d.clause_id, d.kind, d.activity, c.period, count(DISTINCT d.case_id) AS cases
FROM deviations AS d
JOIN cases AS c USING (process, case_id)
WHERE d.status <> 'resolved'
GROUP BY d.process, d.clause_id, d.kind, d.activity, c.period
