"""What the snapshot holds: its tables, views and macros with their columns, types and comments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.reading.snapshot import Snapshot
from warehouse.sql_step import quoted


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


@dataclass(frozen=True, slots=True)
class MacroSchema:
    """A macro: its arguments, what its comment says, and for a table macro the columns that come out."""

    name: str
    is_table: bool
    arguments: tuple[str, ...]
    comment: str
    columns: tuple[ColumnSchema, ...]


def macros_of(snapshot_path: Path | str) -> tuple[MacroSchema, ...]:
    """The macros of a snapshot, by name; none in one of before 0.3.0. Raises `WarehouseError` as `Snapshot` does."""
    with Snapshot(snapshot_path) as snapshot:
        connection = snapshot.connection()
        found = connection.execute(
            "SELECT function_name, function_type = 'table_macro', parameters, comment FROM duckdb_functions() "
            "WHERE function_type IN ('macro', 'table_macro') AND NOT internal AND schema_name = 'main' "
            "AND database_name = current_database() ORDER BY 1"
        ).fetchall()
        return tuple(
            MacroSchema(
                name=name,
                is_table=is_table,
                arguments=tuple(arguments),
                comment=comment or "",
                columns=_columns_of_macro(connection, name, len(arguments)) if is_table else (),
            )
            for name, is_table, arguments, comment in found
        )


def _columns_of_macro(connection: duckdb.DuckDBPyConnection, name: str, arguments: int) -> tuple[ColumnSchema, ...]:
    given = ", ".join(["NULL"] * arguments)
    described = connection.execute(f"DESCRIBE FROM {quoted(name)}({given})").fetchall()
    return tuple(ColumnSchema(name=row[0], type=row[1], comment="") for row in described)


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
