-- what:    one activity that two roles do in places that have no neighbour in common
-- inputs:  gate_contexts
-- grain:   one row per activity; told only where the source has roles; a hint
-- values:  homonymous_times
WITH by_role AS (
    SELECT activity, role, sum(row_count) AS row_count,
        list_distinct(list(coalesce(before_activity, ''))) AS befores, list_distinct(list(coalesce(after_activity, ''))) AS afters
    FROM temp.gate_contexts WHERE role IS NOT NULL GROUP BY ALL HAVING sum(row_count) >= $homonymous_times
)
SELECT CAST(sum(a.row_count + b.row_count) AS BIGINT) AS row_count,
    '''' || a.activity || ''' by ''' || min(a.role) || ''' and ''' || max(b.role) || '''' AS found
FROM by_role AS a JOIN by_role AS b ON a.activity = b.activity AND a.role < b.role
WHERE NOT list_has_any(a.befores, b.befores) AND NOT list_has_any(a.afters, b.afters)
GROUP BY a.activity
ORDER BY row_count DESC, found
