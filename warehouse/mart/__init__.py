"""mart.duckdb: what is derived, and the tables that the snapshot publishes."""
