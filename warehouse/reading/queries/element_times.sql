-- what:       how often and how long the steps of the drawing are done, over the whole log; where an activity stands
--             for several elements, only those of its instances that the alignments place at one of them
-- inputs:     alignment_moves and variants (which log activity stands for which element), cases, activity_instances
-- grain:      one row per element that a log activity stands for
-- parameters: $process, $standard_version
WITH moves AS (
    SELECT m.variant_id, m.is_open, m.element_id, v.activities[m.position] AS activity, m.position
    FROM alignment_moves AS m
    JOIN variants AS v USING (process, variant_id)
    WHERE m.process = $process AND m.standard_version = $standard_version
      AND m.move = 'synchronous' AND m.element_id IS NOT NULL
),
named AS (
    SELECT activity, min(element_id) AS element_id, count(DISTINCT element_id) AS elements
    FROM moves
    GROUP BY activity
),
done AS (
    SELECT element_id, case_id, sojourn_seconds
    FROM activity_instances
    JOIN named USING (activity)
    WHERE process = $process AND elements = 1
    UNION ALL
    SELECT m.element_id, i.case_id, i.sojourn_seconds
    FROM moves AS m
    JOIN named AS n ON n.activity = m.activity AND n.elements > 1
    JOIN cases AS c ON c.variant_id = m.variant_id AND (c.state IN ('open', 'abandoned')) = m.is_open
    JOIN activity_instances AS i ON i.case_id = c.case_id AND i.instance = m.position
    WHERE c.process = $process AND c.standard_version = $standard_version AND i.process = $process
)
SELECT element_id, count(*) AS instances, count(DISTINCT case_id) AS cases,
       quantile_disc(sojourn_seconds, 0.5) AS p50_seconds,
       sum((sojourn_seconds * 1000000)::HUGEINT)::DOUBLE / 1000000 AS total_seconds
FROM done
GROUP BY element_id
ORDER BY element_id
