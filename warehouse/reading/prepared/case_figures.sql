-- what:       what the figures over cases need, read once for all of them
-- inputs:     cases
-- grain:      one row per case, without its name
CREATE TEMP TABLE case_figures AS
SELECT process, state, period, standard_version, is_conformant, cycle_seconds, started_at, ended_at
FROM cases
