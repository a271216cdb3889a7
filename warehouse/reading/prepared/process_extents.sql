-- what:       from when to when the cases of a process go
-- inputs:     processes
-- grain:      one row per process
CREATE TEMP TABLE process_extents AS
SELECT process, first_at, last_at FROM processes
