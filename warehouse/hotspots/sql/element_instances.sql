-- what:    the instances of the cases that stand for elements whose activity alone does not tell it
-- inputs:  numbered_elements, element_rules, element_places, tally_cases, tally_instances
-- grain:   one row per instance; element_no is the number of the element for this step, so that what is grouped is narrow
CREATE OR REPLACE TEMP TABLE element_instances AS
WITH case_places AS (
    SELECT n.element_no, c.case_code, p.instance
    FROM element_places AS p
    JOIN temp.numbered_elements AS n USING (standard_version, element_id)
    JOIN temp.tally_cases AS c
        ON c.variant_no = p.variant_no AND c.standard_version = p.standard_version
        AND (c.state IN ('open', 'abandoned')) = p.is_open
)
SELECT p.element_no, i.case_code, epoch_us(i.completed_at) - epoch_us(i.enabled_at) AS sojourn_us
FROM temp.tally_instances AS i
JOIN case_places AS p USING (case_code, instance)
WHERE i.activity_code IN (SELECT activity_code FROM element_rules WHERE is_placed)
UNION ALL
SELECT n.element_no, i.case_code, epoch_us(i.completed_at) - epoch_us(i.enabled_at)
FROM temp.tally_instances AS i
JOIN element_rules AS r USING (activity_code)
JOIN temp.numbered_elements AS n USING (standard_version, element_id)
WHERE NOT r.is_placed
