-- question: What happened in the case with the most deviations?
-- 问题:     偏差最多的案例经历了什么？
-- gives:    its time line: instances, missing and extra steps, limits, deviations (put a case id of yours in place of the inner SELECT)
SELECT line, occurred_at, what, outcome, activity, clause_id, sentence_en, sentence_zh
FROM case_timeline($process, (
    SELECT arg_min(c.case_id, (-c.deviation_count, c.case_id)) FROM cases AS c WHERE c.process = $process
))
WHERE what <> 'event'
ORDER BY line
