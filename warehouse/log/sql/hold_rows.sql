-- what:    rows that a quality gate holds are rejected rows with the gate's name as reason
-- inputs:  mapped_rows; landing: held_rows
-- grain:   one row per held row that the mapping itself could use
UPDATE temp.mapped_rows AS m
SET reject_reason = h.reason, reject_column = h.column_name, reject_value = h.value
FROM (
    SELECT DISTINCT ON (load_id, row_number) load_id, row_number, reason, column_name, value
    FROM landing.main.held_rows WHERE replayed_at IS NULL
    ORDER BY load_id, row_number, reason
) AS h
WHERE m.reject_reason IS NULL AND m.load_id = h.load_id AND m.row_number = h.row_number
