-- what:       what became of each time limit, over the whole log
-- inputs:     limit_checks, clauses
-- grain:      one row per limit clause, worst breach rate first
-- parameters: $process
WITH counted AS (
    SELECT clause_id, max(standard_version) AS standard_version,
           count(*) FILTER (WHERE outcome = 'met') AS met,
           count(*) FILTER (WHERE outcome = 'breached') AS breached,
           count(*) FILTER (WHERE outcome = 'running') AS running,
           count(*) FILTER (WHERE outcome = 'at_risk') AS at_risk,
           count(*) FILTER (WHERE outcome NOT IN ('met', 'breached', 'running', 'at_risk')) AS other,
           arg_max(limit_seconds, standard_version) AS limit_seconds,
           quantile_disc(coalesce(business_seconds, elapsed_seconds), 0.5)
               FILTER (WHERE outcome IN ('met', 'breached')) AS p50_seconds,
           quantile_disc(coalesce(business_seconds, elapsed_seconds), 0.9)
               FILTER (WHERE outcome IN ('met', 'breached')) AS p90_seconds
    FROM limit_checks
    WHERE process = $process
    GROUP BY clause_id
)
SELECT n.clause_id, k.text_en, k.text_zh, k.owner, k.severity, n.limit_seconds, n.met, n.breached, n.running,
       n.at_risk, n.other, n.p50_seconds, n.p90_seconds
FROM counted n
LEFT JOIN clauses k
       ON k.process = $process AND k.standard_version = n.standard_version AND k.clause_id = n.clause_id
ORDER BY n.breached / greatest(n.met + n.breached, 1) DESC, n.clause_id
