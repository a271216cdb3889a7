-- what:    the places whose durations are counted, with each measure, numbered from 0 in the order of their names
-- inputs:  duration_counts (shares with a sign), places
-- grain:   one row per kind, measure, segment and place
CREATE OR REPLACE TEMP TABLE duration_groups AS
SELECT CAST(row_number() OVER (ORDER BY g.kind, g.measure, g.segment_no, a.place_no, b.place_no NULLS FIRST) - 1 AS INTEGER) AS group_no,
    g.kind, g.measure, g.segment_no, g.place_a AS code_a, g.place_b AS code_b, a.place_no AS place_a, b.place_no AS place_b
FROM (SELECT DISTINCT kind, measure, segment_no, place_a, place_b FROM duration_counts) AS g
LEFT JOIN temp.places AS a ON a.kind = g.kind AND a.code = g.place_a
LEFT JOIN temp.places AS b ON b.kind = g.kind AND b.code = g.place_b
