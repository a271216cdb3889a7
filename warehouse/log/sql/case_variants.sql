-- what:    the variant of each case, by number
-- inputs:  case_sequences, variant_dictionary
-- grain:   one row per case
-- note:    a step of its own, so that no later join has to carry the sequences along
SELECT s.case_code, v.variant_no
FROM temp.case_sequences AS s
JOIN variant_dictionary AS v USING (codes)
