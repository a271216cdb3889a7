-- what:       rows that wait in quarantine, by reason, with a few of them
-- inputs:     quarantined_rows
-- grain:      one row per source, reason and column, most rows first
-- parameters: $process, $with_rows (whether whole rows are shown, which name people)
SELECT source, reason, column_name, count(*) AS "rows",
       list({'load_id': load_id, 'row_number': row_number, 'value': left(value, 200), 'raw': CASE WHEN $with_rows THEN left(raw, 400) END}
            ORDER BY load_id DESC, row_number)[:3] AS examples
FROM quarantined_rows
WHERE process = $process AND replayed_at IS NULL
GROUP BY source, reason, column_name
ORDER BY "rows" DESC, source, reason, column_name
