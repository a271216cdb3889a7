-- what:      What ended in each month: closed cases, conformance, cycle time, findings
-- arguments: process: its name
-- gives:     One row per month of the case's end, oldest first: period, closed_cases, judged_cases, conformant_cases, conformance_rate, cycle_p50_seconds, cycle_p90_seconds, deviations (resolved ones are not counted)
-- example:   SELECT * FROM monthly_figures('service_desk')
CREATE OR REPLACE MACRO monthly_figures(process) AS TABLE
SELECT c.period AS period, count(*) AS closed_cases, count(c.is_conformant) AS judged_cases,
    count(*) FILTER (c.is_conformant) AS conformant_cases,
    count(*) FILTER (c.is_conformant) / nullif(count(c.is_conformant), 0) AS conformance_rate,
    quantile_disc(c.cycle_seconds, 0.5) AS cycle_p50_seconds,
    quantile_disc(c.cycle_seconds, 0.9) AS cycle_p90_seconds,
    CAST(sum(c.deviation_count) AS BIGINT) AS deviations
FROM cases AS c
WHERE c.process = process AND c.state = 'closed' AND c.period IS NOT NULL
GROUP BY c.period
ORDER BY c.period
