-- what:       what the figures over cases need: how many cases are alike in them
-- inputs:     case_counts
-- grain:      one row per process, state, period, version, conformance and cycle time
CREATE TEMP TABLE case_figures AS
SELECT process, state, period, standard_version, is_conformant, cycle_seconds, case_count
FROM case_counts
