-- what:       one case with its process
-- inputs:     cases, processes, variants
-- grain:      at most one row
-- parameters: $process, $case_id
SELECT c.process, p.title_en, p.title_zh, coalesce(p.time_zone, 'UTC') AS time_zone, p.case_url, p.as_of, c.case_id,
       c.state, c.started_at, c.ended_at, c.period, c.event_count, c.variant_id, c.standard_version, c.cycle_seconds,
       c.alignment_cost, c.fitness, c.deviation_count, c.is_conformant,
       map_entries(c.segments) AS segments, coalesce(v.activities, []) AS activities, v.case_count AS variant_cases
FROM cases c
JOIN processes p ON p.process = c.process
LEFT JOIN variants v ON v.process = c.process AND v.variant_id = c.variant_id
WHERE c.process = $process AND c.case_id = $case_id
