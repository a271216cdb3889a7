-- question: In which segments do cases take longer than elsewhere?
-- 问题:     哪些分组的案例比其他分组耗时更长？
-- gives:    a row per value of each segment attribute, slowest median first
SELECT s.key AS segment, s.value, count(*) AS cases, quantile_disc(c.cycle_seconds, 0.5) / 3600 AS p50_hours,
    quantile_disc(c.cycle_seconds, 0.9) / 3600 AS p90_hours
FROM cases AS c, LATERAL (SELECT unnest(map_entries(c.segments)) AS entry) AS u, LATERAL (SELECT u.entry.key, u.entry.value) AS s
WHERE c.process = $process AND c.state = 'closed' AND s.value IS NOT NULL
GROUP BY ALL
ORDER BY segment, p50_hours DESC, s.value
