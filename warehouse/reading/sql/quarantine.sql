-- what:    rows in quarantine with the file that each came from
-- inputs:  quarantined_rows, loads
-- grain:   one row per quarantined row and reason
-- values:  process, reason (NULL: any), with_replayed, most_rows (NULL: all)
SELECT q.process, q.reason, q.source, l.locator AS file, q.load_id, q.row_number, q.column_name, q.value, q.replayed_at
FROM quarantined_rows AS q
LEFT JOIN loads AS l ON l.process = q.process AND l.load_id = q.load_id
WHERE q.process = coalesce($process, q.process) AND q.reason = coalesce($reason, q.reason)
    AND ($with_replayed OR q.replayed_at IS NULL)
ORDER BY q.process, q.load_id, q.row_number, q.reason, q.column_name
LIMIT coalesce($most_rows, 9223372036854775807)
