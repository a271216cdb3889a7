-- what:    every time limit held against every case of the scope that its version judges
-- inputs:  case_versions, scope_instances, given_limits, limit_activities
-- grain:   one row per case, limit and occurrence of its start
-- values:  as_of
INSERT INTO limit_checks
WITH marks AS MATERIALIZED (
    SELECT i.case_code, l.limit_no, l.which, i.instance,
        CASE l.from_at
            WHEN 'enabled' THEN coalesce(i.enabled_at, i.started_at, i.completed_at)
            WHEN 'started' THEN coalesce(i.started_at, i.completed_at)
            ELSE i.completed_at
        END AS mark
    FROM temp.given_limits AS l
    JOIN temp.limit_activities AS a ON a.limit_no = l.limit_no AND a.side = 'from'
    JOIN temp.scope_instances AS i ON i.activity_code = a.activity_code
    JOIN temp.case_versions AS v ON v.case_code = i.case_code AND v.standard_version = l.standard_version
),
chosen AS MATERIALIZED (
    SELECT v.case_code, l.limit_no, 0 AS from_instance, v.started_at AS from_mark, 1 AS occurrence
    FROM temp.case_versions AS v
    JOIN temp.given_limits AS l ON l.standard_version = v.standard_version AND l.from_case_start
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
    JOIN temp.scope_instances AS i ON i.activity_code = a.activity_code
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
),
timed AS (
    SELECT c.case_code, c.limit_no, c.occurrence, c.from_mark,
        CASE WHEN l.to_case_end THEN v.ended_at ELSE r.to_mark END AS to_mark,
        c.from_mark + to_microseconds(l.within_us) AS due_at, l.risk_us, v.state, v.ended_at, r.to_code,
        l.only_if_reached
    FROM chosen AS c
    JOIN temp.given_limits AS l USING (limit_no)
    JOIN temp.case_versions AS v ON v.case_code = c.case_code
    LEFT JOIN reached AS r ON r.case_code = c.case_code AND r.limit_no = c.limit_no AND r.occurrence = c.occurrence
),
measured AS (
    SELECT *, coalesce(to_mark, CASE WHEN state = 'closed' THEN ended_at ELSE $as_of END) AS until_at FROM timed
)
SELECT case_code, limit_no, occurrence::INTEGER AS occurrence, from_mark AS from_at, to_mark AS to_at, until_at, to_code,
    CASE
        WHEN to_mark <= due_at THEN 'met'
        WHEN to_mark > due_at THEN 'breached'
        WHEN only_if_reached THEN 'not_applicable'
        WHEN state = 'closed' AND ended_at > due_at THEN 'breached'
        WHEN state = 'closed' THEN 'not_reached'
        WHEN $as_of > due_at THEN 'breached'
        WHEN greatest(0, epoch_us(until_at) - epoch_us(from_mark)) >= risk_us THEN 'at_risk'
        ELSE 'running'
    END AS outcome
FROM measured
ORDER BY case_code, limit_no, occurrence
