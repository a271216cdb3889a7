-- what:      The open cases, oldest first, with their age and what was done last
-- arguments: process: its name
-- gives:     One row per open case: case_id, started_at, age_days (at as_of), last_activity, last_completed_at, idle_days, deviation_count
-- example:   SELECT * FROM work_in_progress('service_desk') LIMIT 20
CREATE OR REPLACE MACRO work_in_progress(process) AS TABLE
SELECT c.case_id, c.started_at, (epoch_us(p.as_of) - epoch_us(c.started_at)) / 86400000000 AS age_days,
    i.activity AS last_activity, i.completed_at AS last_completed_at,
    (epoch_us(p.as_of) - epoch_us(i.completed_at)) / 86400000000 AS idle_days, c.deviation_count
FROM cases AS c
JOIN processes AS p ON p.process = c.process
LEFT JOIN (
    SELECT a.case_id, max(a.completed_at) AS completed_at, arg_max(a.activity, a.instance) AS activity
    FROM activity_instances AS a
    WHERE a.process = process
    GROUP BY a.case_id
) AS i ON i.case_id = c.case_id
WHERE c.process = process AND c.state = 'open'
ORDER BY c.started_at, c.case_id
