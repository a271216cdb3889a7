"""Reading the published snapshot: typed rows from named queries, an analyst's own queries, the schema."""
