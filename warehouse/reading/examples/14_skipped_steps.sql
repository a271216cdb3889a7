-- question: Which steps of the standard are left out, and in what share of the judged cases?
-- 问题:     标准中的哪些环节被跳过，占已判定案例的多大比例？
-- gives:    a row per step, most cases first
WITH judged AS (
    SELECT count(*) AS cases FROM cases WHERE process = $process AND is_conformant IS NOT NULL
)
SELECT d.activity, d.element_id, count(DISTINCT d.case_id) AS cases,
    round(100 * count(DISTINCT d.case_id) / nullif(any_value(j.cases), 0), 2) AS percent_of_judged
FROM deviations_now($process) AS d, judged AS j
WHERE d.kind = 'skipped'
GROUP BY d.activity, d.element_id
ORDER BY cases DESC, d.activity
