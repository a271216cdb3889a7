-- what:    how much was removed from the figures, so that totals of earlier days can be explained

CREATE TABLE forgotten (
    forget_no BIGINT, process VARCHAR, kind VARCHAR, forgotten_at TIMESTAMPTZ, cases BIGINT, events BIGINT, "rows" BIGINT,
    other_rows BIGINT
);
COMMENT ON TABLE forgotten IS 'A ledger, one row per removal of data about people; never who it was';
COMMENT ON COLUMN forgotten.forget_no IS 'Number of the removal, growing';
COMMENT ON COLUMN forgotten.process IS 'Name of the process';
COMMENT ON COLUMN forgotten.kind IS 'case, resource, name (events kept, name blanked), retention (cases too old) or skipped (rows of later deliveries)';
COMMENT ON COLUMN forgotten.forgotten_at IS 'When; of retention the as_of that made the cases too old';
COMMENT ON COLUMN forgotten.cases IS 'Cases that were removed or changed';
COMMENT ON COLUMN forgotten.events IS 'Events of them that were in the figures';
COMMENT ON COLUMN forgotten."rows" IS 'Landed rows that were removed or blanked';
COMMENT ON COLUMN forgotten.other_rows IS 'Other landed rows in which the text was blanked, too';
