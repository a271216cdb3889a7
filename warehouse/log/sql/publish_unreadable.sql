-- what:    the rows of current loads that had not the shape of their table
-- inputs:  landing: unreadable_rows, loads, sources
-- grain:   one row per unreadable row
-- values:  process
INSERT INTO main.quarantined_rows
SELECT $process, s.source, u.load_id, u.row_number, u.reason, u.column_name, u.value, u.raw, NULL
FROM landing.main.unreadable_rows AS u
JOIN landing.main.landing_loads AS l ON l.load_id = u.load_id AND l.is_current
JOIN landing.main.landing_sources AS s USING (source_no)
WHERE s.process = $process
ORDER BY u.load_id, u.row_number
