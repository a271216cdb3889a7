"""From landed rows to the event log: mapping, order, instances, cases, variants. All SQL, nothing leaves DuckDB."""
