-- what:    the instant of the latest usable event
-- inputs:  mapped_rows
-- grain:   one row
SELECT max(greatest(started_at, completed_at)) FROM temp.mapped_rows WHERE reject IS NULL
