"""Looking for a text in every file of a workspace: in its bytes, and in the rows that a DuckDB file decodes to."""

from __future__ import annotations

from pathlib import Path

import duckdb


def traces(folder: Path, text: str, *, leave_out: tuple[str, ...] = ("data", "processes")) -> list[str]:
    """Every place that holds the text: a file's name, or file, table and column; the user's own folders left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if inner.parts[0] in leave_out or not path.is_file():
            continue
        if text in path.name or text.encode() in path.read_bytes():
            found.append(str(inner))
        if path.suffix == ".duckdb":
            found += [f"{inner} {place}" for place in _decoded(path, text)]
    return found


def _decoded(path: Path, text: str) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() "
            "USING (database_name, schema_name, table_name) WHERE database_name = current_database() ORDER BY ALL"
        ).fetchall()
        assert columns
        found = []
        for schema, table, column in columns:
            row = connection.execute(
                f'SELECT count(*) FROM "{schema}"."{table}" WHERE contains(CAST("{column}" AS VARCHAR), $text)',
                {"text": text},
            ).fetchone()
            if row != (0,):
                found.append(f"{schema}.{table}.{column}")
    return found
