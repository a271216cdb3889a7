-- what:    what was decided by rule while the log was shaped, counted
-- inputs:  mapped_rows, duplicate_rows, filtered_rows, events, instances
-- grain:   one row per figure
-- values:  process, as_of, ignored (names of activities)
INSERT INTO main.log_counts
SELECT $process, figure, value FROM (
    SELECT 'rows_duplicate' AS figure, (SELECT count(*) FROM temp.duplicate_rows) AS value
    UNION ALL SELECT 'rows_filtered', (SELECT coalesce(sum(row_count), 0)::BIGINT FROM temp.filtered_rows)
    UNION ALL SELECT 'rows_rejected', (SELECT count(*) FROM temp.mapped_rows WHERE reject_reason IS NOT NULL)
    UNION ALL SELECT 'instants_ambiguous', (
        SELECT count(*) FILTER (started_note = 'ambiguous') + count(*) FILTER (completed_note = 'ambiguous') FROM temp.mapped_rows)
    UNION ALL SELECT 'instants_impossible', (
        SELECT count(*) FILTER (started_note = 'impossible') + count(*) FILTER (completed_note = 'impossible') FROM temp.mapped_rows)
    UNION ALL SELECT 'rows_after_as_of', (
        SELECT count(*) FROM temp.mapped_rows
        WHERE reject_reason IS NULL AND coalesce(completed_at, started_at) > $as_of)
    UNION ALL SELECT 'events', (SELECT count(*) FROM events)
    UNION ALL SELECT 'instances', (SELECT count(*) FROM instances)
    UNION ALL SELECT 'starts_without_completion', (
        SELECT count(*) FILTER (lifecycle = 'start') FROM events
        WHERE activity_code NOT IN (SELECT activity_code FROM activities WHERE list_contains($ignored, activity))
        ) - (SELECT count(*) FROM instances WHERE started_at IS NOT NULL)
    UNION ALL SELECT 'cases', (SELECT count(*) FROM cases)
)
