-- what:    the findings of the nights before, put aside while tonight's are made
-- inputs:  deviations
-- grain:   one row per finding
-- values:  process
CREATE OR REPLACE TEMP TABLE former_deviations AS
SELECT * FROM main.deviations WHERE process = $process
