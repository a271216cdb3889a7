-- what:    the rows of each load by local day and by local hour
-- inputs:  gate_slots, gate_offsets
-- grain:   one row per load, figure (day or hour) and item
WITH local AS (
    SELECT s.load_id, s.row_count, make_timestamp(s.slot * 900000000 + o.offset_us) AS local_at
    FROM (SELECT *, make_timestamp(slot * 900000000) AT TIME ZONE 'UTC' AS utc_at FROM temp.gate_slots) AS s
    ASOF JOIN temp.gate_offsets AS o ON s.utc_at >= o.utc_from
)
SELECT load_id, 'day' AS figure, strftime(local_at, '%Y-%m-%d') AS item, CAST(sum(row_count) AS BIGINT) AS row_count
FROM local GROUP BY ALL
UNION ALL
SELECT load_id, 'hour', CAST(hour(local_at) AS VARCHAR), CAST(sum(row_count) AS BIGINT)
FROM local GROUP BY ALL
