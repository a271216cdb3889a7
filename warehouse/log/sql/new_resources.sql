-- what:    give every resource never seen before a code of its own
-- inputs:  mapped_rows
-- grain:   one row per new resource
INSERT INTO resources
SELECT (SELECT coalesce(max(resource_code), -1) FROM resources) + row_number() OVER (ORDER BY resource), resource
FROM (SELECT DISTINCT resource FROM temp.mapped_rows WHERE reject IS NULL AND resource IS NOT NULL)
WHERE resource NOT IN (SELECT resource FROM resources)
