-- what:    the instant of the latest usable event
-- inputs:  mapped
-- grain:   one row
SELECT max(greatest(started_at, completed_at)) FROM temp.mapped WHERE reject IS NULL
