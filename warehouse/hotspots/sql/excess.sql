-- what:    time over the limits by place and period; period 0 is the whole log
-- inputs:  place_tallies, places, periods
-- grain:   one row per segment, place and period
-- note:    a limit that ends with the case counts at its segments, of which all cases is one; a limit that is due after
--          the last period counts in the whole log only
WITH placed AS (
    SELECT p.kind, CASE WHEN p.kind = 'segment' THEN 0 ELSE t.segment_no END AS segment_no, p.place_no AS place_a,
        t.period_no, t.total_us
    FROM place_tallies AS t
    JOIN temp.places AS p
        ON p.kind = CASE WHEN t.place_a IS NULL THEN 'segment' ELSE 'activity' END
        AND p.code = coalesce(t.place_a, t.segment_no)
    WHERE t.tally = 'excess'
)
SELECT kind, segment_no, place_a, period_no, total_us::DECIMAL(38, 0) AS excess_us
FROM placed WHERE period_no BETWEEN 1 AND (SELECT max(period_no) FROM periods)
UNION ALL
SELECT kind, segment_no, place_a, 0, sum(total_us)::DECIMAL(38, 0) FROM placed GROUP BY kind, segment_no, place_a
ORDER BY ALL
