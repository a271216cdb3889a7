-- what:    how many cases are alike in what figures over cases are made of
-- inputs:  tally_cases
-- grain:   one row per state, period, version, conformance and cycle time
-- values:  sign (1 adds, -1 takes away)
INSERT INTO case_counts
SELECT state, period_no, standard_version, is_conformant, cycle_us, $sign * count(*) FROM temp.tally_cases GROUP BY ALL
