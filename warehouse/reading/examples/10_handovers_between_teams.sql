-- question: Between which teams does work change hands most often, and how long does it lie there?
-- 问题:     工作最常在哪些团队之间移交，移交后等待多久？
-- gives:    a row per pair of roles, most handovers first; nobody is named
SELECT from_role, to_role, sum(handovers)::BIGINT AS handovers, sum(total_seconds) / sum(handovers) / 3600 AS mean_hours
FROM handovers($process)
WHERE from_role IS DISTINCT FROM to_role
GROUP BY from_role, to_role
ORDER BY handovers DESC, from_role, to_role
LIMIT 20
