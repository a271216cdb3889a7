-- what:    what a night that costs only what is new must know of the landed rows, beyond which loads are current
-- note:    0003 to 0007 came with asrun 0.3.0

ALTER TABLE landing_loads ADD COLUMN run_id VARCHAR;
COMMENT ON COLUMN landing_loads.run_id IS 'The run that landed it; NULL before 0.3.0';
ALTER TABLE landing_loads ADD COLUMN complete_to TIMESTAMPTZ;
COMMENT ON COLUMN landing_loads.complete_to IS 'Live sources: the instant of the extraction, up to which the source was asked; NULL for files';
ALTER TABLE landing_loads ADD COLUMN undone_by VARCHAR;
COMMENT ON COLUMN landing_loads.undone_by IS 'The undoing that set the load aside; it stays known and is not landed again; NULL: not undone';

CREATE TABLE load_changes (change_no BIGINT, run_id VARCHAR, load_id INTEGER, became_current BOOLEAN);
COMMENT ON TABLE load_changes IS 'A ledger, one row per load that came into a source or left it; change_no counts the commits (schema_info.generation)';

CREATE TABLE row_changes (change_no BIGINT, process VARCHAR, case_id VARCHAR);
COMMENT ON TABLE row_changes IS 'Cases to derive anew for another reason than a load (a row replayed, a person forgotten); change_no as in load_changes; case_id empty: rows without a case';

CREATE TABLE held_rows (
    load_id INTEGER, row_number BIGINT, reason VARCHAR, column_name VARCHAR, value VARCHAR, run_id VARCHAR,
    held_at TIMESTAMPTZ, replayed_at TIMESTAMPTZ
);
COMMENT ON TABLE held_rows IS 'One row per landed row that a quality gate holds back (until replayed_at, where that is set)';
