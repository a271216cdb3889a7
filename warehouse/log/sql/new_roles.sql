-- what:    give every role never seen before a code of its own
-- inputs:  mapped_rows
-- grain:   one row per new role
INSERT INTO roles
SELECT (SELECT coalesce(max(role_code), -1) FROM roles) + row_number() OVER (ORDER BY role), role
FROM (SELECT DISTINCT role FROM temp.mapped_rows WHERE reject IS NULL AND role IS NOT NULL)
WHERE role NOT IN (SELECT role FROM roles)
