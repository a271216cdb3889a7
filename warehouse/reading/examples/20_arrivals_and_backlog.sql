-- question: Does the backlog grow: how many cases begin and end each month, and how many stay open?
-- 问题:     积压是否在增长：每月新开、结束多少案例，还剩多少在办？
-- gives:    a row per month of the process's time zone, with the cases begun and not ended at its end
WITH months AS (
    SELECT strftime(timezone(coalesce(p.time_zone, 'UTC'), c.started_at), '%Y-%m') AS month, 1 AS started, 0 AS ended
    FROM cases AS c JOIN processes AS p USING (process)
    WHERE c.process = $process
    UNION ALL
    SELECT strftime(timezone(coalesce(p.time_zone, 'UTC'), c.ended_at), '%Y-%m'), 0, 1
    FROM cases AS c JOIN processes AS p USING (process)
    WHERE c.process = $process AND c.ended_at IS NOT NULL
)
SELECT month, sum(started)::BIGINT AS started, sum(ended)::BIGINT AS ended,
    (sum(sum(started) - sum(ended)) OVER (ORDER BY month))::BIGINT AS open_at_end
FROM months
GROUP BY month
ORDER BY month
