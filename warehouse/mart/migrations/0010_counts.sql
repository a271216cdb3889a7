-- what:    figures over cases are read from counts, which nights keep, and no longer from the cases

ALTER TABLE processes ADD COLUMN first_at TIMESTAMPTZ;
COMMENT ON COLUMN processes.first_at IS 'When the first case started';
ALTER TABLE processes ADD COLUMN last_at TIMESTAMPTZ;
COMMENT ON COLUMN processes.last_at IS 'When the last case ended, or started where it has not ended';
