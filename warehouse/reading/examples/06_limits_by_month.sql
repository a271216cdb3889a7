-- question: How did each time limit fare, month by month?
-- 问题:     各时限逐月的达成情况如何？
-- gives:    a row per limit and month in which it was due, in the process's time zone
SELECT l.clause_id, strftime(timezone(coalesce(p.time_zone, 'UTC'), l.due_at), '%Y-%m') AS month,
    count(*) FILTER (l.outcome = 'met') AS met, count(*) FILTER (l.outcome = 'breached') AS breached,
    round(100 * count(*) FILTER (l.outcome = 'met') / count(*), 1) AS met_percent
FROM limit_checks AS l
JOIN processes AS p USING (process)
WHERE l.process = $process AND l.outcome IN ('met', 'breached')
GROUP BY ALL
ORDER BY ALL
