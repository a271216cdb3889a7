-- what:    every time limit held against every case that its version judges
-- inputs:  case_versions, instances, given_limits, limit_activities
-- grain:   one row per case, limit and occurrence of its start
-- values:  process, as_of
INSERT INTO main.limit_checks
WITH starts AS (
    SELECT v.case_code, l.limit_no, 0 AS from_instance, v.started_at AS from_mark, 1 AS nth, 1 AS nth_from_end
    FROM temp.case_versions AS v
    JOIN temp.given_limits AS l ON l.standard_version = v.standard_version AND l.from_case_start
    UNION ALL
    SELECT i.case_code, l.limit_no, i.instance,
        CASE l.from_at
            WHEN 'enabled' THEN coalesce(i.enabled_at, i.started_at, i.completed_at)
            WHEN 'started' THEN coalesce(i.started_at, i.completed_at)
            ELSE i.completed_at
        END,
        row_number() OVER (PARTITION BY i.case_code, l.limit_no ORDER BY i.instance),
        row_number() OVER (PARTITION BY i.case_code, l.limit_no ORDER BY i.instance DESC)
    FROM temp.given_limits AS l
    JOIN temp.limit_activities AS a ON a.limit_no = l.limit_no AND a.side = 'from'
    JOIN instances AS i ON i.activity_code = a.activity_code
    JOIN temp.case_versions AS v ON v.case_code = i.case_code AND v.standard_version = l.standard_version
),
chosen AS (
    SELECT s.case_code, s.limit_no, s.from_instance, s.from_mark,
        CASE WHEN l.which = 'each' THEN s.nth ELSE 1 END AS occurrence
    FROM starts AS s
    JOIN temp.given_limits AS l USING (limit_no)
    WHERE l.which = 'each' OR (l.which = 'first' AND s.nth = 1) OR (l.which = 'last' AND s.nth_from_end = 1)
),
stops AS (
    SELECT i.case_code, l.limit_no, i.instance, i.activity_code,
        CASE WHEN l.to_at = 'started' THEN coalesce(i.started_at, i.completed_at) ELSE i.completed_at END AS to_mark
    FROM temp.given_limits AS l
    JOIN temp.limit_activities AS a ON a.limit_no = l.limit_no AND a.side = 'to'
    JOIN instances AS i ON i.activity_code = a.activity_code
),
reached AS (
    SELECT c.case_code, c.limit_no, c.occurrence, min(s.to_mark) AS to_mark,
        arg_min(s.activity_code, (s.to_mark, s.instance)) AS to_code
    FROM chosen AS c
    JOIN stops AS s ON s.case_code = c.case_code AND s.limit_no = c.limit_no
    JOIN temp.given_limits AS l ON l.limit_no = c.limit_no
    WHERE s.to_mark > c.from_mark
        OR (s.to_mark = c.from_mark AND (s.instance > c.from_instance
            OR (s.instance = c.from_instance
                AND (l.from_at = 'enabled' OR (l.from_at = 'started' AND l.to_at = 'completed')))))
    GROUP BY ALL
),
timed AS (
    SELECT c.case_code, l.clause_id, l.standard_version, c.occurrence, c.from_mark,
        CASE WHEN l.to_case_end THEN v.ended_at ELSE r.to_mark END AS to_mark,
        c.from_mark + to_microseconds(l.within_us) AS due_at, l.within_us, l.risk_us, v.state, v.ended_at, r.to_code,
        l.only_if_reached
    FROM chosen AS c
    JOIN temp.given_limits AS l USING (limit_no)
    JOIN temp.case_versions AS v ON v.case_code = c.case_code
    LEFT JOIN reached AS r ON r.case_code = c.case_code AND r.limit_no = c.limit_no AND r.occurrence = c.occurrence
),
measured AS (
    SELECT *,
        greatest(0, epoch_us(coalesce(to_mark, CASE WHEN state = 'closed' THEN ended_at ELSE $as_of END)) - epoch_us(from_mark))
            AS elapsed_us
    FROM timed
)
SELECT $process, k.case_id, m.clause_id, m.standard_version, m.occurrence, m.from_mark, m.to_mark, m.due_at,
    m.elapsed_us / 1e6, NULL, 0, m.within_us / 1e6,
    CASE
        WHEN m.to_mark <= m.due_at THEN 'met'
        WHEN m.to_mark > m.due_at THEN 'breached'
        WHEN m.only_if_reached THEN 'not_applicable'
        WHEN m.state = 'closed' AND m.ended_at > m.due_at THEN 'breached'
        WHEN m.state = 'closed' THEN 'not_reached'
        WHEN $as_of > m.due_at THEN 'breached'
        WHEN m.elapsed_us >= m.risk_us THEN 'at_risk'
        ELSE 'running'
    END,
    a.activity
FROM measured AS m
JOIN case_ids AS k USING (case_code)
LEFT JOIN activities AS a ON a.activity_code = m.to_code
ORDER BY m.clause_id, k.case_id, m.occurrence
