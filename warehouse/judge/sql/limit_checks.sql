-- what:    how each limit stands in each case of the scope that its version judges
-- inputs:  clear_clocks, unclear_clocks, given_limits
-- grain:   one row per case, limit and occurrence of its start
-- values:  as_of
-- note:    instants are added to as whole microseconds: adding an interval asks a calendar each time. What is sorted is
--          kept narrow: the outcome as the number of its name, the clock's stop as whether there is one
WITH timed AS (
    SELECT c.case_code, c.limit_no, c.occurrence, c.from_at, c.to_at, c.to_code, c.is_closed,
        coalesce(c.to_at, CASE WHEN c.is_closed THEN c.ended_at ELSE $as_of END) AS until_at,
        epoch_us(c.from_at) + l.within_us AS due_us, l.risk_us, l.only_if_reached
    FROM (FROM temp.clear_clocks UNION ALL FROM temp.unclear_clocks) AS c
    JOIN temp.given_limits AS l USING (limit_no)
),
sorted AS (
    SELECT case_code, limit_no, occurrence, from_at, to_at IS NOT NULL AS is_reached, until_at, to_code,
        CASE
            WHEN to_at IS NULL AND only_if_reached THEN 3
            WHEN epoch_us(until_at) > due_us THEN 2
            WHEN to_at IS NOT NULL THEN 1
            WHEN is_closed THEN 4
            WHEN greatest(0, epoch_us(until_at) - epoch_us(from_at)) >= risk_us THEN 5
            ELSE 6
        END::TINYINT AS outcome_no
    FROM timed
    ORDER BY case_code, limit_no, occurrence
)
SELECT case_code, limit_no, occurrence, from_at, until_at, is_reached, to_code,
    CASE outcome_no
        WHEN 1 THEN 'met'
        WHEN 2 THEN 'breached'
        WHEN 3 THEN 'not_applicable'
        WHEN 4 THEN 'not_reached'
        WHEN 5 THEN 'at_risk'
        ELSE 'running'
    END AS outcome
FROM sorted
