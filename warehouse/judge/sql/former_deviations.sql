-- what:    the findings of the nights before about the cases of the scope, put aside while tonight's are made
-- inputs:  deviations, scope_ids
-- grain:   one row per finding
-- values:  process
CREATE OR REPLACE TEMP TABLE former_deviations AS
SELECT d.* FROM main.deviations AS d SEMI JOIN temp.scope_ids AS s USING (case_id) WHERE d.process = $process
