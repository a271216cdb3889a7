-- what:    the tables of landing.duckdb; a table rows_<source_no> is added for each source
-- grain:   see each table's comment

CREATE TABLE schema_info (schema_version INTEGER, product VARCHAR, generation BIGINT);
COMMENT ON TABLE schema_info IS 'One row; generation counts the commits that changed what is landed';

CREATE TABLE landing_sources (source_no INTEGER PRIMARY KEY, process VARCHAR, source VARCHAR, UNIQUE (process, source));
COMMENT ON TABLE landing_sources IS 'Catalogue of sources; source_no names the table rows_<source_no>';

CREATE TABLE landing_columns (source_no INTEGER, column_no INTEGER, name VARCHAR, type VARCHAR, PRIMARY KEY (source_no, column_no));
COMMENT ON TABLE landing_columns IS 'Catalogue of landed columns, append-only; column_no names the column c<column_no>';

CREATE TABLE landing_load_columns (load_id INTEGER, column_no INTEGER, PRIMARY KEY (load_id, column_no));
COMMENT ON TABLE landing_load_columns IS 'One row per column that a load brought; a source may lose columns from one load to the next';

CREATE TABLE landing_loads (
    load_id INTEGER PRIMARY KEY, source_no INTEGER, locator VARCHAR, content_hash VARCHAR, reading VARCHAR,
    loaded_at TIMESTAMPTZ, rows_read BIGINT, rows_landed BIGINT, is_current BOOLEAN
);
COMMENT ON TABLE landing_loads IS 'One row per content landed from a source; reading says with which options it was read';

CREATE TABLE unreadable_rows (load_id INTEGER, row_number BIGINT, reason VARCHAR, column_name VARCHAR, value VARCHAR, raw VARCHAR);
COMMENT ON TABLE unreadable_rows IS 'One row per row of a file that has not the shape of its table';
