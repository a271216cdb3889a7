-- what:    what stands before and after each activity, how often, and how closely it follows
-- inputs:  gate_events, gate_steps, mapped_roles
-- grain:   one row per role, activity, predecessor and successor
-- values:  collateral_within_us
-- note:    instants are compared as microseconds: the difference of two TIMESTAMPTZ is an affair of calendars, and slow
WITH counted AS (
    SELECT role_code, step_no, before_step, after_step, count(*) AS row_count,
        count(*) FILTER (happened_at > before_at AND epoch_us(happened_at) - epoch_us(before_at) <= $collateral_within_us) AS close_count
    FROM temp.gate_events
    GROUP BY role_code, step_no, before_step, after_step
)
SELECT r.role, s.activity, b.activity AS before_activity, a.activity AS after_activity, c.row_count, c.close_count
FROM counted AS c
JOIN temp.gate_steps AS s ON s.step_no = c.step_no
LEFT JOIN temp.gate_steps AS b ON b.step_no = c.before_step
LEFT JOIN temp.gate_steps AS a ON a.step_no = c.after_step
LEFT JOIN temp.mapped_roles AS r ON r.role_code = c.role_code
