-- what:    activity instances of a log in which every event is one and a case starts with its first, see `is_bare`
-- inputs:  scope_events
-- grain:   one row per event, by case and position
-- note:    events lie by case and position, so the event before is the row before: nothing is sorted
INSERT INTO instances
SELECT case_code, position AS instance, position, activity_code, resource_code, role_code,
    CASE WHEN position = 1 THEN occurred_at ELSE lag(occurred_at) OVER () END AS enabled_at, NULL, occurred_at
FROM temp.scope_events
