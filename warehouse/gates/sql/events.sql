-- what:    the usable rows at hand in the order of their case, each beside its neighbours
-- inputs:  mapped_rows, gate_steps, gate_duplicates
-- grain:   one row per mapped row that the mapping can use and that repeats no other
WITH usable AS (
    SELECT m.source_no, m.load_id, m.row_number, m.case_id, s.step_no, m.role, m.started_at, m.completed_at,
        m.order_number, m.order_text, coalesce(m.completed_at, m.started_at) AS happened_at
    FROM temp.mapped_rows AS m
    JOIN temp.gate_steps AS s ON s.activity = m.activity AND s.lifecycle = coalesce(m.lifecycle, 'complete')
    ANTI JOIN temp.gate_duplicates AS d USING (source_no, load_id, row_number)
    WHERE m.reject_reason IS NULL
)
SELECT * EXCLUDE (order_number, order_text),
    row_number() OVER w AS place,
    lag(happened_at) OVER w AS before_at,
    lag(step_no) OVER w AS before_step,
    lag(row_number) OVER w AS before_row,
    lead(happened_at) OVER w AS after_at,
    lead(step_no) OVER w AS after_step
FROM usable
WINDOW w AS (PARTITION BY case_id ORDER BY happened_at, order_number, order_text, load_id, row_number)
