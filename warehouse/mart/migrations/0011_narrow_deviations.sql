-- what:    findings lie by process, narrow; what earlier nights wrote in full stays until their process is judged again

ALTER TABLE deviations RENAME TO earlier_deviations;
COMMENT ON TABLE earlier_deviations IS 'Findings that releases before 0.4.0 wrote; they stand in deviations, and move when their process is judged again';
