-- what:       from when to when the cases of a process go
-- inputs:     cases
-- grain:      one row per process
CREATE TEMP TABLE process_extents AS
SELECT process, min(started_at) AS first_at, max(coalesce(ended_at, started_at)) AS last_at
FROM cases
GROUP BY process
