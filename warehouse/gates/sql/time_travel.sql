-- what:    an instant off by a common slip (a year, day and month swapped, twelve hours) that, mended, fits its case
-- inputs:  gate_events, gate_cases, gate_offsets
-- grain:   one row per offending row
-- note:    told of the first or last event of a case that lies far from all the others (further than twice their extent)
--          and that, mended, would lie among them or no further off than their extent,
--          and of a row that lies between its neighbours in the file but not in time, where the file is in order
WITH ends AS (
    SELECT e.*, c.first_at AS low, e.before_at AS high, epoch_us(e.happened_at) - epoch_us(e.before_at) AS gap_us
    FROM temp.gate_events AS e JOIN temp.gate_cases AS c USING (case_id)
    WHERE e.after_at IS NULL AND c.row_count >= 3
    UNION ALL
    SELECT e.*, e.after_at, c.last_at, epoch_us(e.after_at) - epoch_us(e.happened_at)
    FROM temp.gate_events AS e JOIN temp.gate_cases AS c USING (case_id)
    WHERE e.place = 1 AND c.row_count >= 3
),
far AS (
    SELECT source_no, load_id, row_number, case_id, step_no, completed_at, happened_at,
        low - to_microseconds(reach_us) AS low, high + to_microseconds(reach_us) AS high, false AS by_row
    FROM (SELECT *, greatest(epoch_us(high) - epoch_us(low), 86400000000) AS reach_us FROM ends)
    WHERE gap_us > 20 * 86400000000 AND gap_us > 2 * (epoch_us(high) - epoch_us(low))
),
disordered AS (
    SELECT DISTINCT case_id FROM temp.gate_events WHERE before_row > row_number
),
in_file AS (
    SELECT e.source_no, e.load_id, e.row_number, e.case_id, e.step_no, e.completed_at, e.happened_at,
        lag(e.happened_at) OVER w AS low, lead(e.happened_at) OVER w AS high, true AS by_row
    FROM temp.gate_events AS e
    SEMI JOIN disordered USING (case_id)
    WHERE (SELECT count(*) FROM disordered) <= greatest(3, 0.1 * (SELECT count(*) FROM temp.gate_cases))
    WINDOW w AS (PARTITION BY e.case_id, e.load_id ORDER BY e.row_number)
),
suspects AS (
    SELECT * FROM far
    UNION ALL
    SELECT * FROM in_file WHERE low <= high AND NOT happened_at BETWEEN low AND high
),
shifted AS (
    SELECT s.*, o.offset_us, happened_at + to_microseconds(o.offset_us) AS local_at
    FROM suspects AS s ASOF JOIN temp.gate_offsets AS o ON s.happened_at >= o.utc_from
),
mended AS (
    SELECT *,
        happened_at - INTERVAL 1 YEAR AS year_back, happened_at + INTERVAL 1 YEAR AS year_on,
        CASE WHEN day(local_at) <= 12 AND day(local_at) <> month(local_at)
            THEN happened_at + to_days(CAST(make_date(year(local_at), day(local_at), month(local_at)) - CAST(local_at AS DATE) AS INTEGER))
        END AS swapped
    FROM shifted
),
told AS (
    SELECT *,
        CASE
            WHEN year_back BETWEEN low AND high OR year_on BETWEEN low AND high THEN 'a year off its case'
            WHEN swapped BETWEEN low AND high THEN 'day and month swapped'
            WHEN by_row AND (happened_at - INTERVAL 12 HOUR BETWEEN low AND high OR happened_at + INTERVAL 12 HOUR BETWEEN low AND high)
                THEN 'twelve hours off its case'
        END AS note
    FROM mended
)
SELECT source_no, load_id, row_number, case_id, step_no,
    CASE WHEN completed_at IS NOT NULL THEN 'completed' ELSE 'started' END AS part, min(note) AS note
FROM told WHERE note IS NOT NULL
GROUP BY ALL
