-- what:    the findings about breached limits by number
-- inputs:  given_limits, given_texts, finding_texts
-- grain:   one row per limit
CREATE OR REPLACE TEMP TABLE limit_numbers AS
SELECT g.limit_no, g.within_us, t.finding_no, t.identity_no
FROM temp.given_limits AS g
JOIN temp.given_texts AS n ON n.kind = 'late' AND n.clause_id = g.clause_id AND n.standard_version = g.standard_version
JOIN finding_texts AS t USING (text_id)
