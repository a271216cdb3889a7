-- what:    the cases with rows after the instant of judgement, and when those lie
-- inputs:  mapped
-- grain:   one row per case that has some
-- values:  as_of
INSERT INTO pending_cases
SELECT case_code, min(at_), max(at_)
FROM (
    SELECT case_code, unnest([started_at, completed_at]) AS at_ FROM temp.mapped
    WHERE reject IS NULL AND greatest(started_at, completed_at) > $as_of
)
WHERE at_ > $as_of
GROUP BY case_code
