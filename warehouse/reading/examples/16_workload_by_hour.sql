-- question: At which hours of the week is work finished?
-- 问题:     一周中的哪些时段在完成工作？
-- gives:    a row per weekday (1 Monday to 7 Sunday) and hour of the process's time zone
SELECT isodow(timezone(coalesce(p.time_zone, 'UTC'), i.completed_at)) AS weekday,
    hour(timezone(coalesce(p.time_zone, 'UTC'), i.completed_at)) AS hour_of_day, count(*) AS instances
FROM activity_instances AS i
JOIN processes AS p USING (process)
WHERE i.process = $process
GROUP BY ALL
ORDER BY ALL
