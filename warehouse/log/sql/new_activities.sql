-- what:    give every activity never seen before a code of its own
-- inputs:  mapped_rows
-- grain:   one row per new activity; codes only grow and mean no order
INSERT INTO activities
SELECT (SELECT coalesce(max(activity_code), -1) FROM activities) + row_number() OVER (ORDER BY activity), activity
FROM (SELECT DISTINCT activity FROM temp.mapped_rows WHERE reject IS NULL)
WHERE activity NOT IN (SELECT activity FROM activities)
