-- question: Do cases that leave the standard take longer than those that keep it?
-- 问题:     偏离标准的案例是否比符合标准的案例耗时更长？
-- gives:    a row for conformant cases, one for the others, with their cycle times in hours
SELECT is_conformant, count(*) AS cases, quantile_disc(cycle_seconds, 0.5) / 3600 AS p50_hours,
    quantile_disc(cycle_seconds, 0.9) / 3600 AS p90_hours
FROM cases
WHERE process = $process AND state = 'closed' AND is_conformant IS NOT NULL
GROUP BY is_conformant
ORDER BY is_conformant DESC
