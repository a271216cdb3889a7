-- question: Which open cases are the oldest, and where do they stand?
-- 问题:     哪些在办案例时间最久，停在哪一步？
-- gives:    the twenty oldest open cases with what was done last
SELECT case_id, started_at, round(age_days, 1) AS age_days, last_activity, round(idle_days, 1) AS idle_days
FROM work_in_progress($process)
LIMIT 20
