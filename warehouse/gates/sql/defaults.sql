-- what:    instants that systems write where they have none, and that outnumber the month around them
-- inputs:  gate_events, gate_slots
-- grain:   one row per offending row
-- values:  default_instants (midnights of the days, in every zone concerned)
WITH candidates AS (
    SELECT unnest($default_instants::TIMESTAMPTZ[]) AS at_default
),
taken AS (
    SELECT at_default, count(*) AS exact
    FROM (
        SELECT completed_at AS at_default FROM temp.gate_events
        UNION ALL
        SELECT started_at FROM temp.gate_events
    )
    SEMI JOIN candidates USING (at_default)
    GROUP BY at_default
),
flagged AS (
    SELECT t.at_default
    FROM taken AS t
    LEFT JOIN temp.gate_slots AS s
        ON s.slot BETWEEN epoch_us(t.at_default) // 900000000 - 2880 AND epoch_us(t.at_default) // 900000000 + 2880
        AND s.slot <> epoch_us(t.at_default) // 900000000
    GROUP BY t.at_default, t.exact
    HAVING t.exact > coalesce(sum(s.row_count), 0)
)
SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no,
    CASE WHEN e.completed_at IN (SELECT at_default FROM flagged) THEN 'completed' ELSE 'started' END AS part,
    NULL::VARCHAR AS note
FROM temp.gate_events AS e
WHERE e.completed_at IN (SELECT at_default FROM flagged) OR e.started_at IN (SELECT at_default FROM flagged)
