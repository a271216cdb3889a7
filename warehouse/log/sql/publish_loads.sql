-- what:    the ledger of loads with what became of their rows
-- inputs:  landing: loads, sources; quarantined_rows, case_figures
-- grain:   one row per load
-- values:  process
INSERT INTO main.loads
SELECT l.load_id, $process, s.source, l.locator, l.content_hash, l.loaded_at, l.rows_read, l.rows_landed,
    coalesce(d.n, 0), coalesce(q.n, 0), l.is_current, l.complete_to, l.undone_by
FROM landing.main.landing_loads AS l
JOIN landing.main.landing_sources AS s USING (source_no)
LEFT JOIN (
    SELECT load_id, sum(n)::BIGINT AS n FROM case_figures WHERE figure = 'rows_duplicate' GROUP BY load_id
) AS d ON d.load_id = l.load_id
LEFT JOIN (
    SELECT load_id, count(*) AS n FROM main.quarantined_rows
    WHERE process = $process AND replayed_at IS NULL GROUP BY load_id
) AS q ON q.load_id = l.load_id
WHERE s.process = $process
ORDER BY l.load_id
