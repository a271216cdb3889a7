-- what:       in how many cases of a period a clause, kind and activity has present deviations
-- inputs:     deviation_periods
-- grain:      one row per process, clause, kind, activity and period
CREATE TEMP TABLE group_periods AS
SELECT process, clause_id, kind, activity, period, cases
FROM deviation_periods
