-- what:    the cases of the rows at hand: their extent, where they are declared to begin and to end, and whether their
--          rows lie in the sources in another order than in time
-- inputs:  gate_events, gate_steps, gate_declared_starts, gate_former_cases
-- grain:   one row per case
WITH seen AS (
    SELECT e.case_code, min(e.happened_at) AS first_at, max(e.happened_at) AS last_at, count(*) AS row_count,
        min(e.happened_at) FILTER (s.is_start) AS start_at,
        min(e.happened_at) FILTER (s.is_end) AS end_at,
        bool_or(s.is_start AND e.is_first) AS begins_with_start,
        min(e.after_at) AS second_at, max(e.before_at) AS last_but_one_at,
        coalesce(bool_or(e.before_row > e.row_number), false) AS is_disordered
    FROM temp.gate_events AS e
    JOIN temp.gate_steps AS s USING (step_no)
    GROUP BY e.case_code
)
SELECT s.case_code, s.first_at, s.second_at, s.last_but_one_at, s.last_at, s.row_count, s.begins_with_start,
    s.is_disordered,
    f.case_code IS NOT NULL AS is_former,
    CASE WHEN d.start_at IS NOT NULL THEN d.start_at
        WHEN s.start_at IS NOT NULL THEN least(s.start_at, f.started_at) END AS declared_start_at,
    least(s.end_at, f.ended_at) AS first_end_at
FROM seen AS s
LEFT JOIN temp.gate_declared_starts AS d USING (case_code)
LEFT JOIN temp.gate_former_cases AS f ON f.case_code = s.case_code
