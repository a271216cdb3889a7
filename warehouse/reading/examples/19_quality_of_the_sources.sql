-- question: How many rows of each source were used, repeated or set aside, and why?
-- 问题:     每个数据源有多少行被采用、重复或隔离，原因是什么？
-- gives:    a row per source of the process with its current loads and the reasons of its waiting rows
SELECT l.source, count(*) AS loads, sum(l.rows_read)::BIGINT AS rows_read, sum(l.rows_landed)::BIGINT AS rows_landed,
    sum(l.rows_duplicate)::BIGINT AS rows_duplicate, sum(l.rows_quarantined)::BIGINT AS rows_quarantined,
    any_value(q.reasons) AS reasons
FROM loads AS l
LEFT JOIN (
    SELECT process, source, list(DISTINCT reason ORDER BY reason) AS reasons
    FROM quarantined_rows WHERE replayed_at IS NULL GROUP BY process, source
) AS q USING (process, source)
WHERE l.process = $process AND l.is_current
GROUP BY l.source
ORDER BY l.source
