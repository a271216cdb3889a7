-- what:    the hotspots with their names
-- inputs:  given_hotspots, place_cases, cycle_totals, excess, segment_names, activities, resources, roles, periods
-- grain:   one row per place, measure, period and segment
-- values:  process
INSERT INTO main.hotspots
SELECT $process, coalesce(p.period, 'all'), g.segment, h.kind,
    CASE h.kind
        WHEN 'activity' THEN a.activity
        WHEN 'handover' THEN b.activity || ' → ' || a2.activity
        WHEN 'resource' THEN r.resource
        WHEN 'role' THEN o.role
        ELSE t.segment
    END,
    h.measure, NULL, h.n, k.cases, h.total_us / 1e6, h.total_us / h.n / 1e6, h.reference_seconds, h.excess_seconds,
    h.recoverable_seconds, h.total_us / nullif(y.total_us, 0), h.p50_seconds, h.p90_seconds, h.p95_seconds, h.rank
FROM given_hotspots AS h
JOIN temp.segment_names AS g ON g.segment_no = h.segment_no
LEFT JOIN periods AS p ON p.period_no = h.period_no
LEFT JOIN activities AS a ON h.kind = 'activity' AND a.activity_code = h.place_a
LEFT JOIN activities AS b ON h.kind = 'handover' AND b.activity_code = h.place_a
LEFT JOIN activities AS a2 ON h.kind = 'handover' AND a2.activity_code = h.place_b
LEFT JOIN resources AS r ON h.kind = 'resource' AND r.resource_code = h.place_a
LEFT JOIN roles AS o ON h.kind = 'role' AND o.role_code = h.place_a
LEFT JOIN temp.segment_names AS t ON h.kind = 'segment' AND t.segment_no = h.place_a
LEFT JOIN temp.place_cases AS k ON k.segment_no = h.segment_no AND k.kind = h.kind AND k.measure = h.measure AND k.place_a = h.place_a
    AND k.place_b IS NOT DISTINCT FROM h.place_b AND k.period_no = h.period_no
LEFT JOIN temp.cycle_totals AS y ON y.segment_no = h.segment_no AND y.period_no = h.period_no
WHERE h.kind <> 'follows'
ORDER BY h.period_no, g.segment, h.kind, h.measure, h.rank
