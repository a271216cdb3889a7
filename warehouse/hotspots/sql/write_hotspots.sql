-- what:    the hotspots with their names
-- inputs:  given_hotspots, places, place_tallies, segments, periods
-- grain:   one row per place, measure, period and segment
-- values:  process
INSERT INTO main.hotspots
WITH cycles AS (
    SELECT segment_no, period_no, total_us FROM place_tallies WHERE tally = 'cycles'
    UNION ALL
    SELECT segment_no, 0, sum(total_us) FROM place_tallies WHERE tally = 'cycles' GROUP BY segment_no
),
of_cases AS (
    SELECT segment_no, kind, measure, place_a, place_b, period_no, n FROM place_tallies WHERE tally = 'cases'
    UNION ALL
    SELECT 0, 'segment', 'cycle', segment_no, NULL, period_no, n FROM place_tallies WHERE tally = 'cycles' AND segment_no > 0
    UNION ALL
    SELECT 0, 'segment', 'cycle', segment_no, NULL, 0, sum(n) FROM place_tallies WHERE tally = 'cycles' AND segment_no > 0
    GROUP BY segment_no
)
SELECT $process, coalesce(p.period, 'all'), g.segment, h.kind,
    CASE WHEN h.kind = 'handover' THEN a.name || ' → ' || b.name ELSE a.name END,
    h.measure, NULL, h.n, k.n, h.total_us / 1e6, h.total_us / h.n / 1e6, h.reference_seconds, h.excess_seconds,
    h.recoverable_seconds, h.total_us / nullif(y.total_us, 0), h.p50_seconds, h.p90_seconds, h.p95_seconds, h.rank
FROM given_hotspots AS h
JOIN segments AS g ON g.segment_no = h.segment_no
LEFT JOIN periods AS p ON p.period_no = h.period_no
LEFT JOIN temp.places AS a ON a.kind = h.kind AND a.place_no = h.place_a
LEFT JOIN temp.places AS b ON b.kind = h.kind AND b.place_no = h.place_b
LEFT JOIN of_cases AS k ON k.segment_no = h.segment_no AND k.kind = h.kind AND k.measure = h.measure AND k.place_a = a.code
    AND k.place_b IS NOT DISTINCT FROM b.code AND k.period_no = h.period_no
LEFT JOIN cycles AS y ON y.segment_no = h.segment_no AND y.period_no = h.period_no
WHERE h.kind <> 'follows'
ORDER BY h.period_no, g.segment, h.kind, h.measure, h.rank
