-- what:    an instant off by a common slip (a year, day and month swapped, twelve hours) that, mended, fits its case
-- inputs:  gate_rows, gate_cases, gate_offsets
-- grain:   one row per offending row
-- note:    told of the first or last event of a case that lies far from all the others (further than twice their extent)
--          and that, mended, would lie among them or no further off than their extent,
--          and of a row that lies between its neighbours in the file but not in time, where the file is in order;
--          such a first or last event is the only one of its instant, so that it is found without its neighbours;
--          instants are taken as plain UTC timestamps: those with a zone are counted by calendar, a hundred times slower
WITH far_cases AS (
    SELECT *, epoch_us(second_at) - epoch_us(first_at) AS first_gap_us, epoch_us(last_at) - epoch_us(second_at) AS first_extent_us,
        epoch_us(last_at) - epoch_us(last_but_one_at) AS last_gap_us, epoch_us(last_but_one_at) - epoch_us(first_at) AS last_extent_us
    FROM temp.gate_cases
    WHERE row_count >= 3 AND (epoch_us(second_at) - epoch_us(first_at) > 1728000000000 OR epoch_us(last_at) - epoch_us(last_but_one_at) > 1728000000000)
),
ends AS (
    SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no, e.completed_at, e.happened_at,
        CASE WHEN e.happened_at = c.first_at THEN c.second_at ELSE c.first_at END AS low,
        CASE WHEN e.happened_at = c.first_at THEN c.last_at ELSE c.last_but_one_at END AS high,
        CASE WHEN e.happened_at = c.first_at THEN c.first_extent_us ELSE c.last_extent_us END AS extent_us
    FROM temp.gate_rows AS e
    JOIN far_cases AS c USING (case_code)
    WHERE (e.happened_at = c.first_at AND c.first_gap_us > 1728000000000 AND c.first_gap_us > 2 * c.first_extent_us)
        OR (e.happened_at = c.last_at AND c.last_gap_us > 1728000000000 AND c.last_gap_us > 2 * c.last_extent_us)
),
far AS (
    SELECT source_no, load_id, row_number, case_code, step_no, completed_at, happened_at,
        epoch_us(low) - greatest(extent_us, 86400000000) AS low, epoch_us(high) + greatest(extent_us, 86400000000) AS high,
        false AS by_row
    FROM ends
),
disordered AS (
    SELECT case_code FROM temp.gate_cases WHERE is_disordered
),
in_file AS (
    SELECT e.source_no, e.load_id, e.row_number, e.case_code, e.step_no, e.completed_at, e.happened_at,
        lag(epoch_us(e.happened_at)) OVER w AS low, lead(epoch_us(e.happened_at)) OVER w AS high, true AS by_row
    FROM temp.gate_rows AS e
    SEMI JOIN disordered USING (case_code)
    WHERE (SELECT count(*) FROM disordered) <= greatest(3, 0.1 * (SELECT count(*) FROM temp.gate_cases))
    WINDOW w AS (PARTITION BY e.case_code, e.load_id ORDER BY e.row_number)
),
suspects AS (
    SELECT * FROM far
    UNION ALL
    SELECT * FROM in_file WHERE low <= high AND NOT epoch_us(happened_at) BETWEEN low AND high
),
plain AS (
    SELECT source_no, load_id, row_number, case_code, step_no, completed_at, by_row, make_timestamp(epoch_us(happened_at)) AS happened_at,
        make_timestamp(low) AS low, make_timestamp(high) AS high
    FROM suspects
),
shifted AS (
    SELECT s.*, happened_at + to_microseconds(o.offset_us) AS local_at
    FROM plain AS s
    ASOF JOIN (SELECT make_timestamp(epoch_us(utc_from)) AS utc_from, offset_us FROM temp.gate_offsets) AS o ON s.happened_at >= o.utc_from
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
SELECT source_no, load_id, row_number, case_code, step_no,
    CASE WHEN completed_at IS NOT NULL THEN 'completed' ELSE 'started' END AS part, min(note) AS note
FROM told WHERE note IS NOT NULL
GROUP BY ALL
