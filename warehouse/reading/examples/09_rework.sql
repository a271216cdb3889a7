-- question: Which steps are done more than once, and what time does that take?
-- 问题:     哪些环节被重复执行，占用了多少时间？
-- gives:    a row per activity that is ever repeated, most repetitions first
SELECT activity, cases, rework_cases, rework_instances, round(100 * rework_share, 1) AS rework_percent,
    round(rework_sojourn_seconds / 3600) AS rework_hours
FROM rework($process)
WHERE rework_instances > 0
