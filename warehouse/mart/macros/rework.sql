-- what:      Rework: how often each activity is done more than once in a case
-- arguments: process: its name
-- gives:     One row per activity, most rework first: activity, instances, cases, rework_instances (beyond the first of their case), rework_cases, rework_share (of the instances), rework_sojourn_seconds
-- example:   SELECT * FROM rework('service_desk')
CREATE OR REPLACE MACRO rework(process) AS TABLE
WITH of_case AS (
    SELECT i.activity, i.case_id, count(*) AS times,
        sum(CAST(round(i.sojourn_seconds * 1000000) AS HUGEINT)) AS total_us,
        CAST(round(arg_min(i.sojourn_seconds, i.instance) * 1000000) AS HUGEINT) AS first_us
    FROM activity_instances AS i
    WHERE i.process = process
    GROUP BY i.activity, i.case_id
)
SELECT o.activity, CAST(sum(o.times) AS BIGINT) AS instances, count(*) AS cases,
    CAST(sum(o.times - 1) AS BIGINT) AS rework_instances, count(*) FILTER (o.times > 1) AS rework_cases,
    sum(o.times - 1) / sum(o.times) AS rework_share,
    coalesce(sum(o.total_us - o.first_us) FILTER (o.times > 1), 0)::DOUBLE / 1000000 AS rework_sojourn_seconds
FROM of_case AS o
GROUP BY o.activity
ORDER BY rework_instances DESC, o.activity
