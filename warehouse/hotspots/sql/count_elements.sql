-- what:    how many instances of an element took how long
-- inputs:  element_instances, numbered_elements
-- grain:   one row per element and sojourn
-- values:  sign (1 adds, -1 takes away)
INSERT INTO element_counts
SELECT e.standard_version, e.element_id, t.sojourn_us, t.n
FROM (
    SELECT element_no, sojourn_us, $sign * count(*) AS n FROM temp.element_instances GROUP BY element_no, sojourn_us
) AS t
JOIN temp.numbered_elements AS e USING (element_no)
ORDER BY t.element_no, t.sojourn_us
