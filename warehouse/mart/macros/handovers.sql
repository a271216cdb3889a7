-- what:      Handovers between teams: consecutive activity instances of a case that were done by different people
-- arguments: process: its name
-- gives:     One row per pair of activities and roles, most frequent first: from_activity, to_activity, from_role, to_role, handovers, cases, p50_seconds and total_seconds (completion to completion). No person is named
-- example:   SELECT * FROM handovers('service_desk') LIMIT 20
CREATE OR REPLACE MACRO handovers(process) AS TABLE
WITH steps AS (
    SELECT i.case_id, i.activity, i.role, i.resource, i.completed_at,
        lead(i.activity) OVER (PARTITION BY i.case_id ORDER BY i.instance) AS to_activity,
        lead(i.role) OVER (PARTITION BY i.case_id ORDER BY i.instance) AS to_role,
        lead(i.resource) OVER (PARTITION BY i.case_id ORDER BY i.instance) AS to_resource,
        lead(i.completed_at) OVER (PARTITION BY i.case_id ORDER BY i.instance) AS to_at
    FROM activity_instances AS i
    WHERE i.process = process
)
SELECT s.activity AS from_activity, s.to_activity, s.role AS from_role, s.to_role, count(*) AS handovers,
    count(DISTINCT s.case_id) AS cases,
    quantile_disc(epoch_us(s.to_at) - epoch_us(s.completed_at), 0.5) / 1000000 AS p50_seconds,
    sum(epoch_us(s.to_at) - epoch_us(s.completed_at))::DOUBLE / 1000000 AS total_seconds
FROM steps AS s
WHERE s.resource <> s.to_resource
GROUP BY s.activity, s.to_activity, s.role, s.to_role
ORDER BY handovers DESC, s.activity, s.to_activity, s.role, s.to_role
