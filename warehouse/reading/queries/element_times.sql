-- what:       how often and how long the steps of the drawing are done, over the whole log; where an activity stands
--             for several elements, only those of its instances that the alignments place at one of them
-- inputs:     alignment_moves and variants (which log activity stands for which element), activity_figures;
--             cases and activity_instances for elements that share activities
-- prepared:   activity_figures
-- grain:      one row per element that a log activity stands for
-- parameters: $process, $standard_version
WITH moves AS (
    SELECT m.variant_id, m.is_open, m.element_id, v.activities[m.position] AS activity, m.position
    FROM alignment_moves AS m
    JOIN variants AS v USING (process, variant_id)
    WHERE m.process = $process AND m.standard_version = $standard_version
      AND m.move = 'synchronous' AND m.element_id IS NOT NULL
),
pairs AS (
    SELECT activity, element_id, count(*) OVER (PARTITION BY activity) AS elements,
           count(*) OVER (PARTITION BY element_id) AS activities
    FROM (SELECT DISTINCT activity, element_id FROM moves)
),
alone AS (
    SELECT p.element_id, f.instances, f.cases, f.p50_seconds, f.total_seconds
    FROM pairs AS p
    JOIN activity_figures AS f ON f.process = $process AND f.activity = p.activity
    WHERE p.elements = 1 AND p.activities = 1
),
-- the log is read for elements that share an activity, or have several
done AS (
    SELECT p.element_id, i.case_id, i.sojourn_seconds
    FROM activity_instances AS i
    JOIN pairs AS p ON p.activity = i.activity AND p.elements = 1 AND p.activities > 1
    WHERE i.process = $process
    UNION ALL
    SELECT m.element_id, i.case_id, i.sojourn_seconds
    FROM moves AS m
    JOIN pairs AS p ON p.activity = m.activity AND p.element_id = m.element_id AND p.elements > 1
    JOIN cases AS c ON c.variant_id = m.variant_id AND (c.state IN ('open', 'abandoned')) = m.is_open
    JOIN activity_instances AS i ON i.case_id = c.case_id AND i.instance = m.position
    WHERE c.process = $process AND c.standard_version = $standard_version AND i.process = $process
)
SELECT element_id, instances, cases, p50_seconds, total_seconds
FROM alone
UNION ALL
SELECT element_id, count(*) AS instances, count(DISTINCT case_id) AS cases,
       quantile_disc(sojourn_seconds, 0.5) AS p50_seconds,
       sum((sojourn_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS total_seconds
FROM done
GROUP BY element_id
ORDER BY element_id
