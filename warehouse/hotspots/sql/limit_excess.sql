-- what:    time over the limits, at the activity that ends them (NULL: the case's end), by period of the due instant
-- inputs:  limit_checks, limit_places (clause_id, standard_version, to_case_end, activity_code), case_segments, periods
-- grain:   one row per segment, place and period; period 0 is the whole log
-- note:    the place is the activity that stopped the clock, else the first that could have; a limit that is due
--          after the last period counts in the whole log only
-- values:  process
WITH over AS (
    SELECT n.case_code, CASE WHEN c.due_at < p.ends_at THEN p.period_no ELSE -1 END AS period_no,
        coalesce(a.activity_code, l.activity_code) AS activity_code, l.to_case_end,
        CASE WHEN c.outcome = 'breached' THEN CAST(round((c.elapsed_seconds - c.limit_seconds) * 1e6) AS BIGINT) ELSE 0 END
            AS excess_us
    FROM main.limit_checks AS c
    JOIN limit_places AS l USING (clause_id, standard_version)
    JOIN case_ids AS n USING (case_id)
    LEFT JOIN activities AS a ON a.activity = c.to_activity
    ASOF JOIN periods AS p ON c.due_at >= p.starts_at
    WHERE c.process = $process AND c.outcome IN ('met', 'breached')
)
SELECT * FROM (
    SELECT s.segment_no, o.activity_code, coalesce(o.period_no, 0) AS period_no,
        sum(o.excess_us)::DECIMAL(38, 0) AS excess_us
    FROM over AS o
    JOIN temp.case_segments AS s USING (case_code)
    WHERE o.to_case_end OR o.activity_code IS NOT NULL
    GROUP BY GROUPING SETS ((s.segment_no, o.activity_code, o.period_no), (s.segment_no, o.activity_code))
)
WHERE period_no >= 0
ORDER BY ALL
