-- what:    activity instances where every usable row is one: an instant, or a start and a completion
-- inputs:  scope_events
-- grain:   one row per activity instance that completed
SELECT case_code, position, activity_code, resource_code, role_code, started_at, occurred_at AS completed_at
FROM temp.scope_events
WHERE lifecycle = 'complete'
