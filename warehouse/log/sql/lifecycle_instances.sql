-- what:    pair start and complete events: by instance id where given, else first in first out within case and activity
-- inputs:  scope_events
-- grain:   one row per activity instance that completed; started_at is NULL where no start was left for it
-- note:    a row of a source without a lifecycle column is an instance by itself and takes no other's start;
--          a complete is paired unless more completes than starts came so far; the r-th paired complete takes the r-th start
WITH marked AS (
    SELECT case_code, position, activity_code, resource_code, role_code, instance_key, occurred_at, started_at,
        by_lifecycle AND lifecycle = 'start' AS is_start,
        by_lifecycle AND lifecycle = 'complete' AS is_complete,
        lifecycle = 'complete' AS is_entry
    FROM temp.scope_events
    WHERE lifecycle = 'complete' OR (by_lifecycle AND lifecycle = 'start')
),
counted AS (
    SELECT *,
        count(*) FILTER (is_start) OVER w AS starts,
        count(*) FILTER (is_complete) OVER w AS completes
    FROM marked
    WINDOW w AS (PARTITION BY case_code, activity_code, instance_key ORDER BY position)
),
ranked AS (
    SELECT *, greatest(0, max(completes - starts) OVER w) AS unpaired
    FROM counted
    WINDOW w AS (PARTITION BY case_code, activity_code, instance_key ORDER BY position)
),
paired AS (
    SELECT *, CASE WHEN is_complete AND unpaired = coalesce(lag(unpaired) OVER w, 0) THEN completes - unpaired END AS pair
    FROM ranked
    WINDOW w AS (PARTITION BY case_code, activity_code, instance_key ORDER BY position)
)
SELECT c.case_code, c.position, c.activity_code, c.resource_code, c.role_code,
    CASE WHEN c.is_complete THEN s.occurred_at ELSE c.started_at END AS started_at, c.occurred_at AS completed_at
FROM paired AS c
LEFT JOIN paired AS s
    ON s.is_start AND s.starts = c.pair AND s.case_code = c.case_code AND s.activity_code = c.activity_code
    AND s.instance_key IS NOT DISTINCT FROM c.instance_key
WHERE c.is_entry
