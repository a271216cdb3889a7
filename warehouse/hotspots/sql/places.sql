-- what:    the places of each kind, numbered in the order of their names
-- inputs:  activities, resources, roles, segments
-- grain:   one row per kind and code
CREATE OR REPLACE TEMP TABLE places AS
SELECT kind, code, name, CAST(row_number() OVER (PARTITION BY kind ORDER BY name) AS INTEGER) AS place_no
FROM (
    SELECT unnest(['activity', 'handover', 'follows']) AS kind, activity_code AS code, activity AS name FROM activities
    UNION ALL SELECT 'resource', resource_code, resource FROM resources
    UNION ALL SELECT 'role', role_code, role FROM roles
    UNION ALL SELECT 'segment', segment_no, segment FROM segments
)
