-- what:      Share of judged closed cases that keep the flow, in the period of their end
-- arguments: process: its name; period: a month as 2026-09, NULL or 'all' for the whole log
-- gives:     One row: process, period, closed_cases, judged_cases, conformant_cases, conformance_rate (NULL where no case was judged)
-- example:   SELECT * FROM conformance_rate('service_desk', '2026-09')
CREATE OR REPLACE MACRO conformance_rate(process, period := NULL) AS TABLE
SELECT CAST(process AS VARCHAR) AS process, coalesce(CAST(period AS VARCHAR), 'all') AS period, g.closed_cases,
    g.judged_cases, g.conformant_cases, g.conformant_cases / nullif(g.judged_cases, 0) AS conformance_rate
FROM (
    SELECT count(*) AS closed_cases, count(c.is_conformant) AS judged_cases,
        count(*) FILTER (c.is_conformant) AS conformant_cases
    FROM cases AS c
    WHERE c.process = process AND c.state = 'closed'
        AND (coalesce(CAST(period AS VARCHAR), 'all') = 'all' OR c.period = period)
) AS g
