-- what:    activities that differ in their numbers alone: an id stands in the name
-- inputs:  gate_contexts
-- grain:   one row per shape of a name
-- values:  polluted_labels
WITH labels AS (
    SELECT activity, sum(row_count) AS row_count,
        regexp_replace(regexp_replace(lower(activity), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '#', 'g'), '[0-9]+', '#', 'g') AS shape
    FROM temp.gate_contexts GROUP BY activity
)
SELECT CAST(sum(row_count) AS BIGINT) AS row_count,
    count(*) || ' activities like ''' || min(activity) || '''' AS found
FROM labels WHERE contains(shape, '#')
GROUP BY shape HAVING count(*) >= $polluted_labels
ORDER BY row_count DESC, found
