-- what:    how each limit stands in each case of the scope that its version judges
-- inputs:  clear_clocks, unclear_clocks, given_limits
-- grain:   one row per case, limit and occurrence of its start
-- values:  as_of
-- note:    instants are added to as whole microseconds: adding an interval asks a calendar each time
INSERT INTO limit_checks
WITH timed AS (
    SELECT c.case_code, c.limit_no, c.occurrence, c.from_at, c.to_at, c.to_code, c.is_closed, c.ended_at,
        epoch_us(c.from_at) + l.within_us AS due_us,
        coalesce(c.to_at, CASE WHEN c.is_closed THEN c.ended_at ELSE $as_of END) AS until_at, l.risk_us, l.only_if_reached
    FROM (FROM temp.clear_clocks UNION ALL FROM temp.unclear_clocks) AS c
    JOIN temp.given_limits AS l USING (limit_no)
)
SELECT case_code, limit_no, occurrence, from_at, to_at, until_at, to_code,
    CASE
        WHEN epoch_us(to_at) <= due_us THEN 'met'
        WHEN epoch_us(to_at) > due_us THEN 'breached'
        WHEN only_if_reached THEN 'not_applicable'
        WHEN is_closed AND epoch_us(ended_at) > due_us THEN 'breached'
        WHEN is_closed THEN 'not_reached'
        WHEN epoch_us($as_of::TIMESTAMPTZ) > due_us THEN 'breached'
        WHEN greatest(0, epoch_us(until_at) - epoch_us(from_at)) >= risk_us THEN 'at_risk'
        ELSE 'running'
    END AS outcome
FROM timed
ORDER BY case_code, limit_no, occurrence
