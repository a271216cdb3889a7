-- what:    where each case begins and ends, the part that is measured, and its state
-- inputs:  raw_instances, case_facts (events per case, instants of attributes), rule_activities (role, activity_code)
-- grain:   one row per case
-- values:  as_of, ends_with_last_event, has_end_attribute, idle_us (NULL: never idle), observed_from (NULL: ever)
WITH marks AS (
    SELECT case_code,
        min(coalesce(started_at, completed_at))
            FILTER (activity_code IN (SELECT activity_code FROM temp.rule_activities WHERE role = 'start')) AS start_activity_at,
        max(instance)
            FILTER (activity_code IN (SELECT activity_code FROM temp.rule_activities WHERE role = 'reopen')) AS reopened,
        max(completed_at)
            FILTER (activity_code IN (SELECT activity_code FROM temp.rule_activities WHERE role = 'reopen')) AS reopened_at,
        min(completed_at)
            FILTER (activity_code IN (SELECT activity_code FROM temp.rule_activities WHERE role = 'from')) AS from_at
    FROM temp.raw_instances
    GROUP BY case_code
),
finished AS (
    SELECT i.case_code,
        max(i.completed_at)
            FILTER (i.activity_code IN (SELECT activity_code FROM temp.rule_activities WHERE role = 'end')
                AND i.instance > coalesce(m.reopened, 0)) AS end_activity_at
    FROM temp.raw_instances AS i
    JOIN marks AS m USING (case_code)
    GROUP BY i.case_code
),
bounded AS (
    SELECT f.case_code, f.first_event_at, f.last_event_at, f.event_count,
        coalesce(f.start_attribute_at, m.start_activity_at, f.first_event_at) AS started_at,
        CASE
            WHEN $ends_with_last_event THEN f.last_event_at
            WHEN $has_end_attribute THEN
                CASE WHEN f.end_attribute_at <= $as_of AND NOT coalesce(m.reopened_at > f.end_attribute_at, false)
                    THEN f.end_attribute_at END
            ELSE e.end_activity_at
        END AS ended_at,
        m.from_at
    FROM temp.case_facts AS f
    LEFT JOIN marks AS m USING (case_code)
    LEFT JOIN finished AS e USING (case_code)
),
measured AS (
    SELECT i.case_code, max(i.completed_at) AS to_at
    FROM temp.raw_instances AS i
    JOIN bounded AS b USING (case_code)
    WHERE i.activity_code IN (SELECT activity_code FROM temp.rule_activities WHERE role = 'to')
        AND i.completed_at <= b.ended_at
    GROUP BY i.case_code
)
SELECT b.case_code,
    CASE
        WHEN b.started_at < $observed_from::TIMESTAMPTZ THEN 'partial'
        WHEN b.ended_at IS NOT NULL THEN 'closed'
        WHEN epoch_us($as_of) - epoch_us(b.last_event_at) > $idle_us::BIGINT THEN 'abandoned'
        ELSE 'open'
    END AS state,
    b.started_at, b.ended_at,
    coalesce(b.from_at, b.started_at) AS measured_from_at,
    CASE WHEN b.ended_at IS NOT NULL THEN coalesce(m.to_at, b.ended_at) END AS measured_to_at,
    b.first_event_at, b.last_event_at, b.event_count
FROM bounded AS b
LEFT JOIN measured AS m USING (case_code)
