-- what:    rows of one load that repeat another row of it and will count for nothing
-- inputs:  gate_keys
-- grain:   one row per repeating row: behind the first of its key, or before the last where the source declares a key
SELECT source_no, load_id, row_number
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY source_no, load_id, row_key ORDER BY CASE WHEN is_keyed THEN -row_number ELSE row_number END
    ) AS copy
    FROM temp.gate_keys
    SEMI JOIN (
        SELECT source_no, load_id, row_key FROM temp.gate_keys GROUP BY ALL HAVING count(*) > 1
    ) AS repeated USING (source_no, load_id, row_key)
)
WHERE copy > 1
