-- what:    the rows that could not be used, with their whole text
-- inputs:  rejected_rows
-- grain:   one row per rejected row and column
-- values:  process
INSERT INTO main.quarantined_rows BY NAME
SELECT $process AS process, source, load_id, row_number, reason, column_name, value, raw, NULL::TIMESTAMPTZ AS replayed_at
FROM rejected_rows
ORDER BY load_id, row_number, column_name
