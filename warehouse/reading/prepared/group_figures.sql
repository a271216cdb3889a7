-- what:       present deviations (not those resolved) of a clause, kind and activity
-- inputs:     deviation_groups
-- grain:      one row per process, clause, kind and activity
CREATE TEMP TABLE group_figures AS
SELECT process, clause_id, kind, activity, cases, open_cases, findings, excess_seconds, severity
FROM deviation_groups
