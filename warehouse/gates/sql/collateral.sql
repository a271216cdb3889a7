-- what:    activities that almost always follow another one within moments: one click, told as several events
-- inputs:  gate_contexts
-- grain:   one row per pair of activities
-- values:  collateral_share, collateral_times
WITH pairs AS (
    SELECT before_activity, activity, sum(close_count) AS close_count
    FROM temp.gate_contexts WHERE before_activity <> activity GROUP BY ALL
),
totals AS (
    SELECT activity, sum(row_count) AS row_count FROM temp.gate_contexts GROUP BY activity
)
SELECT CAST(p.close_count AS BIGINT) AS row_count,
    '''' || p.activity || ''' follows ''' || p.before_activity || '''' AS found
FROM pairs AS p JOIN totals AS t USING (activity)
WHERE p.close_count >= $collateral_times AND p.close_count >= $collateral_share * t.row_count
ORDER BY row_count DESC, found
