-- what:       how often and how long the steps of the drawing are done, over the whole log; where an activity stands
--             for several elements, only those of its instances that the alignments place at one of them
-- inputs:     alignment_moves and variants (which log activity stands for which element), activity_figures;
--             element_sojourns for elements that share an activity with others, or have several
-- prepared:   activity_figures, element_sojourns
-- grain:      one row per element that a log activity stands for
-- parameters: $process, $standard_version
WITH moves AS (
    SELECT m.element_id, v.activities[m.position] AS activity
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
)
SELECT element_id, instances, cases, p50_seconds, total_seconds
FROM alone
UNION ALL
SELECT element_id, instances, cases, p50_seconds, total_seconds
FROM element_sojourns
WHERE process = $process AND standard_version = $standard_version
ORDER BY element_id
