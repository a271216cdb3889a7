"""What the snapshot holds: its tables and views with their columns, types and comments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.reading.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """A column, its DuckDB type and what it means."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table or view, what a row of it is, and its columns; `rows` is DuckDB's estimate (views: None)."""

    name: str
    kind: str
    comment: str
    rows: int | None
    columns: tuple[ColumnSchema, ...]


def schema_of(snapshot_path: Path | str) -> tuple[TableSchema, ...]:
    """The tables and views of a snapshot, by name. Raises `WarehouseError` as `Snapshot` does."""
    with Snapshot(snapshot_path) as snapshot:
        connection = snapshot.connection()
        relations = connection.execute(
            "SELECT table_name, 'table', comment, estimated_size FROM duckdb_tables() "
            "WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() "
            "UNION ALL "
            "SELECT view_name, 'view', comment, NULL FROM duckdb_views() "
            "WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() ORDER BY 1"
        ).fetchall()
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() "
            "ORDER BY table_name, column_index"
        ).fetchall()
    of_table: dict[str, list[ColumnSchema]] = {}
    for table, name, kind, comment in columns:
        of_table.setdefault(table, []).append(ColumnSchema(name=name, type=kind, comment=comment or ""))
    return tuple(
        TableSchema(name=name, kind=kind, comment=comment or "", rows=rows, columns=tuple(of_table.get(name, [])))
        for name, kind, comment, rows in relations
    )
