-- what:       what the figures over limits need: how many checks are alike in them
-- inputs:     limit_counts
-- grain:      one row per process, clause, version, limit, outcome and time
CREATE TEMP TABLE limit_figures AS
SELECT process, clause_id, standard_version, limit_seconds, outcome, used_seconds, check_count
FROM limit_counts
