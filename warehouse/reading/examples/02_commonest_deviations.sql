-- question: Which deviations are the commonest, and in how many cases?
-- 问题:     哪些偏差最常见，涉及多少案例？
-- gives:    a row per kind and step, most cases first, with the latest finding as an example
SELECT kind, activity, count(DISTINCT case_id) AS cases, count(*) AS findings,
    arg_max(sentence_en, (coalesce(occurred_at, last_seen), deviation_id)) AS latest_en,
    arg_max(sentence_zh, (coalesce(occurred_at, last_seen), deviation_id)) AS latest_zh
FROM deviations_now($process)
GROUP BY kind, activity
ORDER BY cases DESC, kind, activity
LIMIT 20
