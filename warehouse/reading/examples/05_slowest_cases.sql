-- question: Which of the cases that ended in the last complete month took the longest?
-- 问题:     上一个完整月份结束的案例中，哪些耗时最长？
-- gives:    the twenty slowest cases with their days, standard and number of deviations
SELECT case_id, started_at, ended_at, round(cycle_seconds / 86400, 2) AS days, event_count, deviation_count
FROM cases_in_period($process, (
    SELECT max(h.period) FROM headlines AS h WHERE h.process = $process AND h.period NOT IN ('all', 'now')
))
WHERE state = 'closed'
ORDER BY cycle_seconds DESC, case_id
LIMIT 20
