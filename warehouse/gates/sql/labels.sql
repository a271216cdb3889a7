-- what:    the activities of the rows at hand with how often each stands there
-- inputs:  gate_contexts
-- grain:   one row per activity
SELECT activity, CAST(sum(row_count) AS BIGINT) AS row_count FROM temp.gate_contexts GROUP BY activity ORDER BY activity
