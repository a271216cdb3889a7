-- question: What is new in the last seven days before as_of?
-- 问题:     截至数据完整时点的最近七天内有什么变化？
-- gives:    a row per kind of change with its count, first and last instant
SELECT what, kind, count(*) AS changes, count(DISTINCT case_id) AS cases, min(changed_at) AS first_at, max(changed_at) AS last_at
FROM what_changed($process, (SELECT p.as_of - INTERVAL 7 DAY FROM processes AS p WHERE p.process = $process))
GROUP BY what, kind
ORDER BY what, kind
