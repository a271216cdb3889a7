-- what:    the cases of the process with their boundaries, variant, period and attributes
-- inputs:  case_boundaries, case_variants, periods, case_attributes
-- grain:   one row per case, ordered by case code
SELECT b.case_code, b.state, b.started_at, b.ended_at, b.measured_from_at, b.measured_to_at, b.first_event_at,
    b.last_event_at, b.event_count, v.variant_no, p.period_no,
    CASE WHEN b.state <> 'partial' AND b.measured_to_at >= b.measured_from_at
        THEN epoch_us(b.measured_to_at) - epoch_us(b.measured_from_at) END AS cycle_us,
    a.* EXCLUDE (case_code)
FROM temp.case_boundaries AS b
JOIN temp.case_variants AS v USING (case_code)
LEFT JOIN temp.case_attributes AS a ON a.case_code = b.case_code
ASOF LEFT JOIN periods AS p ON b.ended_at >= p.starts_at
ORDER BY b.case_code
