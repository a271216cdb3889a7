-- what:       how often and how long elements are done that share an activity with others, or have several
-- inputs:     alignment_moves and variants (which log activity stands for which element), cases, activity_instances
-- grain:      one row per process, version and element
-- note:       of an activity that stands for no other element all instances count, else those that alignments place there
CREATE TEMP TABLE element_sojourns AS
WITH moves AS (
    SELECT m.process, m.standard_version, m.variant_id, m.is_open, m.element_id, v.activities[m.position] AS activity,
        m.position
    FROM alignment_moves AS m
    JOIN variants AS v USING (process, variant_id)
    WHERE m.move = 'synchronous' AND m.element_id IS NOT NULL
),
pairs AS (
    SELECT process, standard_version, activity, element_id,
        count(*) OVER (PARTITION BY process, standard_version, activity) AS elements,
        count(*) OVER (PARTITION BY process, standard_version, element_id) AS activities
    FROM (SELECT DISTINCT process, standard_version, activity, element_id FROM moves)
),
done AS (
    SELECT p.process, p.standard_version, p.element_id, i.case_id, i.sojourn_seconds
    FROM activity_instances AS i
    JOIN pairs AS p ON p.process = i.process AND p.activity = i.activity AND p.elements = 1 AND p.activities > 1
    UNION ALL
    SELECT m.process, m.standard_version, m.element_id, i.case_id, i.sojourn_seconds
    FROM moves AS m
    JOIN pairs AS p
        ON p.process = m.process AND p.standard_version = m.standard_version AND p.activity = m.activity
        AND p.element_id = m.element_id AND p.elements > 1
    JOIN cases AS c
        ON c.process = m.process AND c.standard_version = m.standard_version AND c.variant_id = m.variant_id
        AND (c.state IN ('open', 'abandoned')) = m.is_open
    JOIN activity_instances AS i ON i.process = c.process AND i.case_id = c.case_id AND i.instance = m.position
)
SELECT process, standard_version, element_id, count(*) AS instances, count(DISTINCT case_id) AS cases,
    quantile_disc(sojourn_seconds, 0.5) AS p50_seconds,
    sum((sojourn_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS total_seconds
FROM done
GROUP BY process, standard_version, element_id
