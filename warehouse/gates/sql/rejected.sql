-- what:    the rows that the mapping itself sets aside, by reason
-- inputs:  mapped_rows
-- grain:   one row per source and reason
SELECT source_no, reject_reason, count(*) AS row_count, first(load_id ORDER BY load_id, row_number) AS load_id,
    first(row_number ORDER BY load_id, row_number) AS row_number,
    first(coalesce(reject_column, '') ORDER BY load_id, row_number) AS column_name,
    first(reject_value ORDER BY load_id, row_number) AS value
FROM (
    SELECT DISTINCT ON (source_no, load_id, row_number) * FROM temp.mapped_rows WHERE reject_reason IS NOT NULL
    ORDER BY source_no, load_id, row_number, reject_column
)
GROUP BY source_no, reject_reason
ORDER BY source_no, reject_reason
