-- what:      How many of the time limits that were decided were kept, by limit, in the period in which they were due
-- arguments: process: its name; period: a month as 2026-09 in the process's time zone, NULL or 'all' for the whole log
-- gives:     One row per limit, the worst first: clause_id, text_en, text_zh, decided, met, breached, limits_met_rate (met / decided)
-- example:   SELECT * FROM limits_met('service_desk', '2026-09')
CREATE OR REPLACE MACRO limits_met(process, period := NULL) AS TABLE
WITH decided AS (
    SELECT l.clause_id, max(l.standard_version) AS standard_version, count(*) AS decided,
        count(*) FILTER (l.outcome = 'met') AS met, count(*) FILTER (l.outcome = 'breached') AS breached
    FROM limit_checks AS l
    JOIN processes AS p ON p.process = l.process
    WHERE l.process = process AND l.outcome IN ('met', 'breached')
        AND (coalesce(CAST(period AS VARCHAR), 'all') = 'all'
            OR strftime(timezone(coalesce(p.time_zone, 'UTC'), l.due_at), '%Y-%m') = period)
    GROUP BY l.clause_id
)
SELECT d.clause_id, k.text_en, k.text_zh, d.decided, d.met, d.breached, d.met / d.decided AS limits_met_rate
FROM decided AS d
LEFT JOIN clauses AS k ON k.process = process AND k.standard_version = d.standard_version AND k.clause_id = d.clause_id
ORDER BY limits_met_rate, d.clause_id
