-- question: How much does each team do a month, and how long does work wait for it?
-- 问题:     各团队每月完成多少工作，工作等待多久？
-- gives:    a row per role and month (NULL: the source names none)
SELECT i.role, strftime(timezone(coalesce(p.time_zone, 'UTC'), i.completed_at), '%Y-%m') AS month, count(*) AS instances,
    count(DISTINCT i.case_id) AS cases, quantile_disc(i.waiting_seconds, 0.5) / 3600 AS p50_waiting_hours
FROM activity_instances AS i
JOIN processes AS p USING (process)
WHERE i.process = $process
GROUP BY ALL
ORDER BY ALL
