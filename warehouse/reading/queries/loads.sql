-- what:       the loads of a process, newest first
-- inputs:     loads
-- grain:      one row per load
-- parameters: $process, $top (rows kept)
SELECT load_id, source, locator, loaded_at, rows_read, rows_landed, rows_duplicate, rows_quarantined, is_current,
       complete_to, undone_by, count(*) OVER () AS total
FROM loads
WHERE process = $process
ORDER BY is_current DESC, load_id DESC
LIMIT $top
