-- what:      All that is known of a case in one time line: its events, activity instances, alignment, time limits and deviations
-- arguments: process: its name; case_id: the case
-- gives:     One row per entry, in order: line, occurred_at (of a missing step: NULL, it stands where it was due), what (case_start, event, instance, move, limit_start, limit_due, limit_end, deviation, case_end), outcome (lifecycle; move: synchronous, log, model; of a limit; severity), place (entry of the variant; an event's position), activity, element_id, clause_id, resource, role, seconds (instance: sojourn; limit_end: elapsed; deviation: excess), sentence_en, sentence_zh. Resolved deviations are left out
-- example:   SELECT * FROM case_timeline('service_desk', 'T-000042')
CREATE OR REPLACE MACRO case_timeline(process, case_id) AS TABLE
WITH the_case AS (
    SELECT c.* FROM cases AS c WHERE c.process = process AND c.case_id = case_id
),
done AS (
    SELECT i.* FROM activity_instances AS i WHERE i.process = process AND i.case_id = case_id
),
moves AS (
    SELECT m.step, m.move, m.activity, m.element_id, m.position, d.completed_at, d.resource, d.role,
        -- a missing step stands behind what was done before it
        max(d.completed_at) OVER (ORDER BY m.step) AS placed_at
    FROM the_case AS c
    JOIN alignment_moves AS m ON m.process = c.process AND m.variant_id = c.variant_id
        AND m.standard_version = c.standard_version AND m.is_open = (c.state IN ('open', 'abandoned'))
    LEFT JOIN done AS d ON d.instance = m.position
),
limits AS (
    SELECT l.*, k.text_en, k.text_zh
    FROM limit_checks AS l
    LEFT JOIN clauses AS k ON k.process = l.process AND k.standard_version = l.standard_version AND k.clause_id = l.clause_id
    WHERE l.process = process AND l.case_id = case_id
),
entries AS (
    SELECT c.started_at AS occurred_at, c.started_at AS sort_at, 0 AS grade, 0 AS number, 'case_start' AS what,
        NULL AS outcome, NULL::BIGINT AS place, NULL AS activity, NULL AS element_id, NULL AS clause_id, NULL AS resource,
        NULL AS role, NULL::DOUBLE AS seconds, NULL AS sentence_en, NULL AS sentence_zh
    FROM the_case AS c
    UNION ALL
    SELECT e.occurred_at, e.occurred_at, 1, e.position, 'event', e.lifecycle, e.position, e.activity, NULL, NULL, e.resource,
        e.role, NULL, NULL, NULL
    FROM events AS e WHERE e.process = process AND e.case_id = case_id
    UNION ALL
    SELECT d.completed_at, d.completed_at, 2, d.instance, 'instance', NULL, d.instance, d.activity, NULL, NULL, d.resource,
        d.role, d.sojourn_seconds, NULL, NULL
    FROM done AS d
    UNION ALL
    SELECT m.completed_at, m.placed_at, 3, m.step, 'move', m.move, m.position, m.activity, m.element_id, NULL, m.resource,
        m.role, NULL, NULL, NULL
    FROM moves AS m
    UNION ALL
    SELECT l.from_at, l.from_at, 4, l.occurrence, 'limit_start', NULL, NULL, NULL, NULL, l.clause_id, NULL, NULL, NULL,
        l.text_en, l.text_zh
    FROM limits AS l WHERE l.from_at IS NOT NULL
    UNION ALL
    SELECT l.due_at, l.due_at, 5, l.occurrence, 'limit_due', l.outcome, NULL, NULL, NULL, l.clause_id, NULL, NULL, NULL,
        l.text_en, l.text_zh
    FROM limits AS l WHERE l.due_at IS NOT NULL
    UNION ALL
    SELECT l.to_at, l.to_at, 6, l.occurrence, 'limit_end', l.outcome, NULL, l.to_activity, NULL, l.clause_id, NULL, NULL,
        l.elapsed_seconds, l.text_en, l.text_zh
    FROM limits AS l WHERE l.to_at IS NOT NULL
    UNION ALL
    SELECT v.occurred_at, coalesce(v.occurred_at, b.completed_at), 7, v.position, 'deviation', v.severity, v.position,
        v.activity, v.element_id, v.clause_id, v.resource, NULL, v.excess_seconds, v.sentence_en, v.sentence_zh
    FROM deviations AS v
    LEFT JOIN done AS b ON b.instance = v.position
    WHERE v.process = process AND v.case_id = case_id AND v.status <> 'resolved'
    UNION ALL
    SELECT c.ended_at, c.ended_at, 8, 0, 'case_end', c.state, NULL, NULL, NULL, NULL, NULL, NULL, c.cycle_seconds, NULL, NULL
    FROM the_case AS c WHERE c.ended_at IS NOT NULL
)
SELECT row_number() OVER (
        ORDER BY n.what <> 'case_start', n.sort_at NULLS LAST, n.grade, n.number, n.clause_id, n.activity, n.sentence_en
    ) AS line,
    n.occurred_at, n.what, n.outcome, n.place, n.activity, n.element_id, n.clause_id, n.resource, n.role, n.seconds,
    n.sentence_en, n.sentence_zh
FROM entries AS n
ORDER BY line
