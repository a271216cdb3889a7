-- what:    the directly-follows map with counts and times, with the first and last activity of each case
-- inputs:  given_hotspots (kind follows), place_tallies, places, activities
-- grain:   one row per pair of consecutive activities
-- values:  process
INSERT INTO main.directly_follows
SELECT $process, source, target, instances, cases, p50, p90, total FROM (
    SELECT a.name AS source, b.name AS target, h.n AS instances, t.n AS cases, h.p50_seconds AS p50, h.p90_seconds AS p90,
        h.total_us / 1e6 AS total
    FROM given_hotspots AS h
    JOIN temp.places AS a ON a.kind = 'follows' AND a.place_no = h.place_a
    JOIN temp.places AS b ON b.kind = 'follows' AND b.place_no = h.place_b
    JOIN place_tallies AS t ON t.tally = 'follows' AND t.place_a = a.code AND t.place_b = b.code
    WHERE h.kind = 'follows' AND h.period_no = 0
    UNION ALL
    SELECT a.activity, b.activity, t.n, t.n, NULL, NULL, NULL
    FROM place_tallies AS t
    LEFT JOIN activities AS a ON a.activity_code = t.place_a
    LEFT JOIN activities AS b ON b.activity_code = t.place_b
    WHERE t.tally = 'follows' AND (t.place_a IS NULL OR t.place_b IS NULL)
)
ORDER BY instances DESC, source, target
