-- what:    the ledger of runs tells which were undone, and what each was asked for

ALTER TABLE runs ADD COLUMN asked_as_of TIMESTAMPTZ;
COMMENT ON COLUMN runs.asked_as_of IS 'The instant that the operator named with --as-of; NULL: up to the latest event, or before 0.3.0';
ALTER TABLE runs ADD COLUMN undoes VARCHAR;
COMMENT ON COLUMN runs.undoes IS 'The run that this one took back (asrun undo) or brought back (asrun redo); NULL: a night';
ALTER TABLE runs ADD COLUMN undone_by VARCHAR;
COMMENT ON COLUMN runs.undone_by IS 'The run that took this one back, and whose facts stand instead; NULL: not undone. status stays what it was';
COMMENT ON COLUMN runs.run_id IS 'Identifier of the night; one night covers several processes; ids sort in the order of the nights, whatever the clock said';
