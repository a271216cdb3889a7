"""The store: the only room that imports duckdb. Schema, SQL, publishing, reading."""
