-- what:    when the clock of a limit started and stopped in the cases whose marks leave that unclear, read from their
--          instances
-- inputs:  unclear_limits, scope_instances, given_limits, limit_activities
-- grain:   one row per case, limit and occurrence of its start
CREATE OR REPLACE TEMP TABLE unclear_clocks AS
WITH told AS MATERIALIZED (
    SELECT case_code, instance, activity_code, enabled_at, started_at, completed_at
    FROM temp.scope_instances
    WHERE activity_code IN (SELECT activity_code FROM temp.limit_activities)
        AND case_code IN (SELECT case_code FROM temp.unclear_limits)
),
marks AS MATERIALIZED (
    SELECT i.case_code, l.limit_no, l.which, i.instance,
        CASE l.from_at
            WHEN 'enabled' THEN coalesce(i.enabled_at, i.started_at, i.completed_at)
            WHEN 'started' THEN coalesce(i.started_at, i.completed_at)
            ELSE i.completed_at
        END AS mark
    FROM temp.given_limits AS l
    JOIN temp.limit_activities AS a ON a.limit_no = l.limit_no AND a.side = 'from'
    JOIN told AS i ON i.activity_code = a.activity_code
    JOIN temp.unclear_limits AS u ON u.case_code = i.case_code AND u.limit_no = l.limit_no
),
chosen AS MATERIALIZED (
    SELECT u.case_code, l.limit_no, 0 AS from_instance, u.started_at AS from_mark, 1 AS occurrence
    FROM temp.unclear_limits AS u
    JOIN temp.given_limits AS l ON l.limit_no = u.limit_no AND l.from_case_start
    UNION ALL
    SELECT case_code, limit_no, min(instance), arg_min(mark, instance), 1
    FROM marks WHERE which = 'first' GROUP BY case_code, limit_no
    UNION ALL
    SELECT case_code, limit_no, max(instance), arg_max(mark, instance), 1
    FROM marks WHERE which = 'last' GROUP BY case_code, limit_no
    UNION ALL
    SELECT case_code, limit_no, instance, mark, row_number() OVER (PARTITION BY case_code, limit_no ORDER BY instance)
    FROM marks WHERE which = 'each'
),
stops AS (
    SELECT i.case_code, l.limit_no, i.instance, i.activity_code, l.from_at, l.to_at,
        CASE WHEN l.to_at = 'started' THEN coalesce(i.started_at, i.completed_at) ELSE i.completed_at END AS to_mark
    FROM temp.given_limits AS l
    JOIN temp.limit_activities AS a ON a.limit_no = l.limit_no AND a.side = 'to'
    JOIN told AS i ON i.activity_code = a.activity_code
),
reached AS (
    SELECT c.case_code, c.limit_no, c.occurrence, min(s.to_mark) AS to_mark,
        arg_min(s.activity_code, (s.to_mark, s.instance)) AS to_code
    FROM chosen AS c
    JOIN stops AS s ON s.case_code = c.case_code AND s.limit_no = c.limit_no
    WHERE s.to_mark > c.from_mark
        OR (s.to_mark = c.from_mark AND (s.instance > c.from_instance
            OR (s.instance = c.from_instance
                AND (s.from_at = 'enabled' OR (s.from_at = 'started' AND s.to_at = 'completed')))))
    GROUP BY ALL
)
SELECT c.case_code, c.limit_no::INTEGER AS limit_no, c.occurrence::INTEGER AS occurrence, c.from_mark AS from_at,
    CASE WHEN l.to_case_end THEN u.ended_at ELSE r.to_mark END AS to_at, r.to_code, u.is_closed, u.ended_at
FROM chosen AS c
JOIN temp.given_limits AS l USING (limit_no)
JOIN temp.unclear_limits AS u ON u.case_code = c.case_code AND u.limit_no = c.limit_no
LEFT JOIN reached AS r ON r.case_code = c.case_code AND r.limit_no = c.limit_no AND r.occurrence = c.occurrence
