-- what:      The cases that ended in a period, in whatever state
-- arguments: process: its name; period: a month as 2026-09, NULL or 'all' for every case that has ended
-- gives:     One row per case, with the columns of cases
-- example:   SELECT variant_id, count(*) FROM cases_in_period('service_desk', '2026-09') GROUP BY ALL ORDER BY 2 DESC
CREATE OR REPLACE MACRO cases_in_period(process, period := NULL) AS TABLE
SELECT c.* FROM cases AS c
WHERE c.process = process
    AND CASE WHEN coalesce(CAST(period AS VARCHAR), 'all') = 'all' THEN c.period IS NOT NULL ELSE c.period = period END
