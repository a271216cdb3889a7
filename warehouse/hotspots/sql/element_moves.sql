-- what:    which instances of the variants stand for which element, where the activity alone does not tell it: elements
--          that share an activity with others, or have several
-- inputs:  alignment_moves, variant_dictionary
-- grain:   one row per variant, version, openness and instance
-- values:  process
-- note:    of an activity that stands for one element only, all instances count; of the others those placed there
CREATE OR REPLACE TEMP TABLE element_moves AS
WITH moves AS (
    SELECT m.standard_version, m.element_id, m.is_open, v.variant_no, CAST(m.position AS INTEGER) AS instance,
        v.codes[m.position] AS activity_code
    FROM main.alignment_moves AS m
    JOIN variant_dictionary AS v USING (variant_id)
    WHERE m.process = $process AND m.move = 'synchronous' AND m.element_id IS NOT NULL
),
pairs AS (
    SELECT standard_version, element_id, activity_code,
        count(*) OVER (PARTITION BY standard_version, activity_code) > 1 AS is_placed,
        count(*) OVER (PARTITION BY standard_version, element_id) > 1 AS has_several
    FROM (SELECT DISTINCT standard_version, element_id, activity_code FROM moves WHERE activity_code IS NOT NULL)
)
SELECT m.*, p.is_placed
FROM moves AS m
JOIN pairs AS p USING (standard_version, element_id, activity_code)
WHERE p.is_placed OR p.has_several
