"""Columns that the contract gained since its first layout; an older mart file gets them when it is opened."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.sql_step import quoted


@dataclass(frozen=True, slots=True)
class _Added:
    table: str
    column: str
    kind: str
    comment: str


_ADDED = (
    _Added(
        "standards",
        "participant",
        "VARCHAR",
        "The participant of flow_bpmn whose flow it is; NULL where there is just one",
    ),
    _Added("standards", "called_flows", "VARCHAR[]", "Further BPMN files, with processes that flow_bpmn may call"),
    _Added(
        "deviations",
        "resolved_at",
        "TIMESTAMPTZ",
        "as_of of the first run that found it no more; NULL unless status is resolved (a ledger)",
    ),
)


def add_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Add what is missing to the attached mart; a file that has it all is not written to."""
    for added in _ADDED:
        found = connection.execute(
            "SELECT count(*) FROM duckdb_columns() WHERE database_name = 'mart' AND schema_name = 'main' "
            "AND table_name = $table AND column_name = $column",
            {"table": added.table, "column": added.column},
        ).fetchone()
        if found == (0,):
            table = f"mart.main.{quoted(added.table)}"
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(added.column)} {added.kind}")
            connection.execute(f"COMMENT ON COLUMN {table}.{quoted(added.column)} IS '{added.comment}'")
