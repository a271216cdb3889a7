-- what:    the same activity of the same case again and again within moments; the first of each burst is not at fault
-- inputs:  gate_events
-- grain:   one row per offending row
-- values:  burst_times, burst_within_us
WITH suspects AS (
    SELECT DISTINCT case_code, step_no FROM temp.gate_events
    WHERE step_no = before_step AND epoch_us(happened_at) - epoch_us(before_at) <= $burst_within_us
),
gaps AS (
    SELECT e.*, coalesce(epoch_us(happened_at) - lag(epoch_us(happened_at)) OVER w > $burst_within_us, true) AS begins,
        row_number() OVER w AS turn
    FROM temp.gate_events AS e SEMI JOIN suspects USING (case_code, step_no)
    WINDOW w AS (PARTITION BY case_code, step_no ORDER BY place)
),
runs AS (
    SELECT *, sum(CAST(begins AS INTEGER)) OVER (PARTITION BY case_code, step_no ORDER BY turn) AS run FROM gaps
),
counted AS (
    SELECT *, count(*) OVER (PARTITION BY case_code, step_no, run) AS times FROM runs
)
SELECT source_no, load_id, row_number, case_code, step_no,
    CASE WHEN completed_at IS NOT NULL THEN 'completed' ELSE 'started' END AS part, times || ' times' AS note
FROM counted
WHERE times >= $burst_times AND NOT begins
