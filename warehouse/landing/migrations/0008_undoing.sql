-- what:    undoing a run: which loads came back because of it, and a ledger of what was undone
-- grain:   see the table's comment

ALTER TABLE landing_loads ADD COLUMN brought_back_by VARCHAR;
COMMENT ON COLUMN landing_loads.brought_back_by IS 'The undoing that made the load current again; it stays so while the source delivers nothing else; NULL: no undoing did';

CREATE TABLE undoings (undo_id VARCHAR, run_id VARCHAR, process VARCHAR, undone_at TIMESTAMPTZ, redone_by VARCHAR);
COMMENT ON TABLE undoings IS 'A ledger, one row per run and process that was undone';
COMMENT ON COLUMN undoings.undo_id IS 'Identifier of the undoing, a run of its own';
COMMENT ON COLUMN undoings.run_id IS 'The run that was undone';
COMMENT ON COLUMN undoings.process IS 'Name of the process';
COMMENT ON COLUMN undoings.undone_at IS 'When, by the clock';
COMMENT ON COLUMN undoings.redone_by IS 'The run that took the undoing back; NULL while it is in force';
