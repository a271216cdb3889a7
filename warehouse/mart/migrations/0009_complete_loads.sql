-- what:    the ledger of loads tells up to when a source was complete, and which loads were taken back

ALTER TABLE loads ADD COLUMN complete_to TIMESTAMPTZ;
COMMENT ON COLUMN loads.complete_to IS 'Live sources: the instant of the extraction, up to which the source was asked and is known; NULL for files, which are known up to their latest event';
ALTER TABLE loads ADD COLUMN undone_by VARCHAR;
COMMENT ON COLUMN loads.undone_by IS 'The run that took the load back (asrun undo), a run_id of runs; NULL: not undone. The load stays out until it is redone';
