-- what:    how many rows each load brought of each quarter of an hour
-- inputs:  gate_events, gate_loads
-- grain:   one row per load and quarter of an hour (counted from 1970-01-01 00:00 UTC), none after the load itself
SELECT e.load_id, epoch_us(e.happened_at) // 900000000 AS slot, count(*) AS row_count
FROM temp.gate_events AS e
JOIN temp.gate_loads AS l ON l.load_id = e.load_id AND e.happened_at <= l.asked_at + INTERVAL 1 DAY
GROUP BY ALL
