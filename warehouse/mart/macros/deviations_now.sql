-- what:      The deviations that stand today: those of earlier nights that were resolved are left out
-- arguments: process: its name
-- gives:     One row per finding, with the columns of deviations
-- example:   SELECT kind, activity, count(*) FROM deviations_now('service_desk') GROUP BY ALL ORDER BY 3 DESC
CREATE OR REPLACE MACRO deviations_now(process) AS TABLE
SELECT d.* FROM deviations AS d WHERE d.process = process AND d.status <> 'resolved'
