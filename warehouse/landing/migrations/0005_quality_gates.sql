-- what:    what the quality gates decide once, at arrival, and the figures of earlier loads that they compare with
-- note:    a load without passed_by is kept out of the facts

ALTER TABLE landing_loads ADD COLUMN passed_by VARCHAR;
COMMENT ON COLUMN landing_loads.passed_by IS 'The run whose quality gates let the load through; NULL: no gate has passed it yet, and no fact is derived from it';
ALTER TABLE landing_loads ADD COLUMN latest_at TIMESTAMPTZ;
COMMENT ON COLUMN landing_loads.latest_at IS 'The latest usable event that it brought, rows held by a gate left out; NULL before the gates, and where it brought none';

CREATE TABLE load_figures (load_id INTEGER, figure VARCHAR, item VARCHAR, row_count BIGINT);
COMMENT ON TABLE load_figures IS 'One row per figure of a load that the gates passed; later loads are compared with it, so that nobody has to read old rows again';
COMMENT ON COLUMN load_figures.load_id IS 'The load';
COMMENT ON COLUMN load_figures.figure IS 'rows (landed), missing (rows without a value in the column), day or hour (usable rows, in the zone of the process)';
COMMENT ON COLUMN load_figures.item IS 'Of missing: the column; of day: the date; of hour: 0 to 23; of rows: empty';
COMMENT ON COLUMN load_figures.row_count IS 'Rows of which that is so';

ALTER TABLE held_rows ADD COLUMN row_key UHUGEINT;
COMMENT ON COLUMN held_rows.row_key IS 'Key of the row in its source: the same row is known again when it is delivered again';
ALTER TABLE held_rows ADD COLUMN replayed_by VARCHAR;
COMMENT ON COLUMN held_rows.replayed_by IS 'The replay that let the row in; NULL while it waits';
ALTER TABLE held_rows ADD COLUMN was_accepted BOOLEAN;
COMMENT ON COLUMN held_rows.was_accepted IS 'Whether somebody let it in as it is, so that the same row is not held again; NULL while it waits';
