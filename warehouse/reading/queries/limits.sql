-- what:       what became of each time limit, over the whole log
-- inputs:     limit_figures, clauses
-- prepared:   limit_figures
-- grain:      one row per limit clause, worst breach rate first
-- parameters: $process
WITH counted AS (
    SELECT clause_id, max(standard_version) AS standard_version,
           coalesce(sum(check_count) FILTER (WHERE outcome = 'met'), 0)::BIGINT AS met,
           coalesce(sum(check_count) FILTER (WHERE outcome = 'breached'), 0)::BIGINT AS breached,
           coalesce(sum(check_count) FILTER (WHERE outcome = 'running'), 0)::BIGINT AS running,
           coalesce(sum(check_count) FILTER (WHERE outcome = 'at_risk'), 0)::BIGINT AS at_risk,
           coalesce(sum(check_count) FILTER (WHERE outcome NOT IN ('met', 'breached', 'running', 'at_risk')), 0)::BIGINT
               AS other,
           arg_max(limit_seconds, standard_version) AS limit_seconds
    FROM limit_figures
    WHERE process = $process
    GROUP BY clause_id
),
timed AS (
    SELECT clause_id, used_seconds, sum(sum(check_count)) OVER (PARTITION BY clause_id ORDER BY used_seconds) AS up_to,
           sum(sum(check_count)) OVER (PARTITION BY clause_id) AS total
    FROM limit_figures
    WHERE process = $process AND outcome IN ('met', 'breached') AND used_seconds IS NOT NULL
    GROUP BY clause_id, used_seconds
),
spread AS (
    SELECT clause_id, min(used_seconds) FILTER (WHERE up_to >= ceil(0.5 * total)) AS p50_seconds,
           min(used_seconds) FILTER (WHERE up_to >= ceil(0.9 * total)) AS p90_seconds
    FROM timed
    GROUP BY clause_id
)
SELECT n.clause_id, k.text_en, k.text_zh, k.owner, k.severity, n.limit_seconds, n.met, n.breached, n.running,
       n.at_risk, n.other, s.p50_seconds, s.p90_seconds
FROM counted n
LEFT JOIN spread s USING (clause_id)
LEFT JOIN clauses k
       ON k.process = $process AND k.standard_version = n.standard_version AND k.clause_id = n.clause_id
ORDER BY n.breached / greatest(n.met + n.breached, 1) DESC, n.clause_id
