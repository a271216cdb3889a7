-- what:    the present verdicts by the number of their variant, so that no case has to carry its id
-- inputs:  variant_verdicts, variant_dictionary
-- grain:   one row per variant, version and openness
-- values:  process
CREATE OR REPLACE TEMP TABLE judged_variants AS
SELECT x.variant_no, d.standard_version, d.is_open, d.alignment_cost, d.fitness, d.is_exact
FROM main.variant_verdicts AS d
JOIN variant_dictionary AS x USING (variant_id)
WHERE d.process = $process
