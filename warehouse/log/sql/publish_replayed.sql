-- what:    rows that a gate held and that were let in since
-- inputs:  landing: held_rows, loads, sources
-- grain:   one row per row and gate
-- values:  process
INSERT INTO main.quarantined_rows
SELECT $process, s.source, h.load_id, h.row_number, h.reason, h.column_name, h.value, NULL, h.replayed_at
FROM landing.main.held_rows AS h
JOIN landing.main.landing_loads AS l ON l.load_id = h.load_id AND l.is_current
JOIN landing.main.landing_sources AS s USING (source_no)
WHERE s.process = $process AND h.replayed_at IS NOT NULL
ORDER BY h.load_id, h.row_number, h.reason
