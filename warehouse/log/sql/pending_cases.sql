-- what:    the cases with rows after the instant of judgement, and when those lie
-- inputs:  mapped_rows, case_ids
-- grain:   one row per case that has some
-- values:  as_of
INSERT INTO pending_cases
SELECT c.case_code, min(m.at_), max(m.at_)
FROM (
    SELECT case_id, unnest([started_at, completed_at]) AS at_ FROM temp.mapped_rows
    WHERE reject IS NULL AND greatest(started_at, completed_at) > $as_of
) AS m
JOIN case_ids AS c USING (case_id)
WHERE m.at_ > $as_of
GROUP BY c.case_code
