-- what:    how many cases have an element
-- inputs:  element_instances, numbered_elements
-- grain:   one row per element
-- values:  sign (1 adds, -1 takes away)
INSERT INTO element_cases
SELECT e.standard_version, e.element_id, $sign * count(*)
FROM (SELECT DISTINCT element_no, case_code FROM temp.element_instances) AS t
JOIN temp.numbered_elements AS e USING (element_no)
GROUP BY e.standard_version, e.element_id
