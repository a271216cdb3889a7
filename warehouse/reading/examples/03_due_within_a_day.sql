-- question: Which open cases will break a time limit within the next 24 hours?
-- 问题:     哪些在办案例将在未来 24 小时内超时？
-- gives:    a row per case and limit, the most urgent first
SELECT case_id, text_en, text_zh, due_at, round(hours_left, 1) AS hours_left, round(100 * used_share) AS used_percent
FROM open_cases_due($process, 24)
