-- what:    present findings and their cases: by clause, kind and activity (identity_no) and the period of the case; by what
--          they say; by element of the drawing; and by status, the resolved ones included
-- inputs:  tally_findings, tally_cases, finding_texts
-- grain:   one row per tally (group, text, element, status) and what it counts by; the other columns are NULL
-- values:  sign (1 adds, -1 takes away)
-- note:    a case counts once in each row; it is open in a group where one of its findings there is
INSERT INTO finding_counts BY NAME
WITH found AS MATERIALIZED (
    SELECT case_code, identity_no, finding_no, is_open, excess_us, resolved_at IS NULL AS is_present
    FROM temp.tally_findings
),
of_group AS (
    SELECT case_code, identity_no, CASE WHEN bool_or(is_open) THEN 'open' ELSE 'final' END AS status, count(*) AS findings,
        count(excess_us) AS timed, coalesce(sum(excess_us), 0) AS excess_us
    FROM found WHERE is_present GROUP BY case_code, identity_no
),
of_element AS (
    SELECT f.case_code, t.standard_version, t.element_id, count(*) AS findings
    FROM found AS f JOIN finding_texts AS t USING (finding_no)
    WHERE f.is_present AND t.element_id IS NOT NULL GROUP BY ALL
),
of_status AS (
    SELECT case_code, CASE WHEN NOT is_present THEN 'resolved' WHEN is_open THEN 'open' ELSE 'final' END AS status,
        count(*) AS findings
    FROM found GROUP BY ALL
)
SELECT 'group' AS tally, g.identity_no, c.period_no, g.status, $sign * count(*) AS cases, $sign * sum(g.findings) AS findings,
    $sign * sum(g.timed) AS timed, $sign * sum(g.excess_us) AS excess_us
FROM of_group AS g JOIN temp.tally_cases AS c USING (case_code)
GROUP BY g.identity_no, c.period_no, g.status
UNION ALL BY NAME
SELECT 'text' AS tally, finding_no, 0 AS cases, $sign * count(*) AS findings, 0 AS timed, 0 AS excess_us
FROM found WHERE is_present GROUP BY finding_no
UNION ALL BY NAME
SELECT 'element' AS tally, standard_version, element_id, $sign * count(*) AS cases, $sign * sum(findings) AS findings,
    0 AS timed, 0 AS excess_us
FROM of_element GROUP BY standard_version, element_id
UNION ALL BY NAME
SELECT 'status' AS tally, status, $sign * count(*) AS cases, $sign * sum(findings) AS findings, 0 AS timed, 0 AS excess_us
FROM of_status GROUP BY status
