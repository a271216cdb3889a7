-- what:    time over the limits, at the activity that ended or would have ended them (place_a), or at the case's end
-- inputs:  due_checks, limits
-- grain:   one row per segment, place and month of the due instant (-1: beyond all months)
-- values:  sign (1 adds, -1 takes away)
INSERT INTO place_tallies
SELECT 'excess', k.period_no, k.segment_no, CASE WHEN l.to_case_end THEN 'case end' ELSE 'activity' END,
    CASE WHEN NOT l.to_case_end THEN coalesce(k.to_code, l.activity_code) END AS place, NULL, NULL, $sign * sum(k.n),
    $sign * sum(k.excess_us)
FROM temp.due_checks AS k
JOIN limits AS l USING (limit_no)
WHERE l.to_case_end OR coalesce(k.to_code, l.activity_code) IS NOT NULL
GROUP BY k.period_no, k.segment_no, l.to_case_end, place
