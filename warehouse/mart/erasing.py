"""Taking somebody out of a mart or a snapshot: every row of every table that names them, whatever layout wrote it.

Tables are found by the names of their columns, so that kept snapshots of earlier layouts are cleaned as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.erasure import REPLACEMENT, Erasure, quotes
from warehouse.mart.dictionaries import DICTIONARIES, tables_with, working_schemas
from warehouse.sql_step import composed_step, execute, quoted


@dataclass(frozen=True, slots=True)
class InFigures:
    """What a mart or snapshot holds of somebody."""

    cases: int
    events: int


def found_in(connection: duckdb.DuckDBPyConnection, database: str, erasure: Erasure) -> InFigures:
    """How many cases and events of a mart or snapshot concern somebody."""
    column = "case_id" if erasure.kind == "case" else "resource"
    row = execute(
        connection,
        composed_step(
            "erasing/found",
            f"""
            SELECT count(DISTINCT case_id), count(*) FROM {quoted(database)}.main.events
            WHERE process = $process AND list_contains($texts::VARCHAR[], {column})
            """,
        ),
        erasure.values,
    ).fetchone()
    return InFigures(*row) if row else InFigures(0, 0)


def note_forgotten(connection: duckdb.DuckDBPyConnection, database: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Bring the ledger of removals in a kept snapshot up to date: why its rows no longer add up to its totals."""
    place = f"{quoted(database)}.main.forgotten"
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {place} (forget_no BIGINT, process VARCHAR, kind VARCHAR, "
        'forgotten_at TIMESTAMPTZ, cases BIGINT, events BIGINT, "rows" BIGINT, other_rows BIGINT)'
    )
    connection.execute(f"DELETE FROM {place}")
    if rows:
        connection.executemany(f"INSERT INTO {place} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def erase(connection: duckdb.DuckDBPyConnection, database: str, erasure: Erasure) -> None:
    """Take somebody out of an attached mart or snapshot. Aggregates are left as they were reported.

    By case: all rows of the cases. By resource: the events, instances and findings of the resource. By name: those
    stay, without a name. Rows in quarantine lose their text where it names them. Cost: a scan of every table.
    """
    main = f"{quoted(database)}.main"
    schema = working_schemas(connection, database).get(erasure.process)
    tables = tables_with(connection, database, "main", "process")

    def change(sql: str) -> None:
        execute(connection, composed_step("erasing/change", sql), erasure.values)

    own = "process = $process"
    named = "list_contains($texts::VARCHAR[], {})"
    if erasure.kind == "case":
        if "deviation_sightings" in tables:
            change(
                f"DELETE FROM {main}.deviation_sightings WHERE {own} AND deviation_id IN (SELECT deviation_id FROM "
                f"{main}.deviations WHERE {own} AND {named.format('case_id')})"
            )
        for table in _both(tables, tables_with(connection, database, "main", "case_id")):
            change(f"DELETE FROM {main}.{quoted(table)} WHERE {own} AND {named.format('case_id')}")
    else:
        for table in _both(tables, tables_with(connection, database, "main", "resource")):
            if erasure.kind == "resource":
                change(f"DELETE FROM {main}.{quoted(table)} WHERE {own} AND {named.format('resource')}")
            else:
                change(f"UPDATE {main}.{quoted(table)} SET resource = NULL WHERE {own} AND {named.format('resource')}")
        change(f"DELETE FROM {main}.hotspots WHERE {own} AND kind = 'resource' AND {named.format('place')}")
    if schema is not None:
        _erase_working(connection, database, schema, erasure)
    for column in ("raw", "value"):
        change(f"UPDATE {main}.quarantined_rows SET {column} = NULL WHERE {own} AND {quotes(column)}")
        if schema is not None and "rejected_rows" in _tables(connection, database, schema):
            change(
                f"UPDATE {quoted(database)}.{quoted(schema)}.rejected_rows SET {column} = NULL WHERE {quotes(column)}"
            )
    if "quality_checks" in tables:
        # a gate tells examples
        change(f"UPDATE {main}.quality_checks SET detail = NULL WHERE {own} AND regexp_matches(detail, $told)")
    # a run that failed quotes values in its reason, and what its gates said
    change(
        f"UPDATE {main}.runs SET reason = regexp_replace(reason, $told, '{REPLACEMENT}', 'g') "
        f"WHERE {own} AND status = 'failed' AND regexp_matches(reason, $told)"
    )
    change(
        f"UPDATE {main}.runs SET reason = regexp_replace(reason, $quoted, '''{REPLACEMENT}''', 'g') "
        f"WHERE {own} AND regexp_matches(reason, $quoted)"
    )
    if erasure.everywhere:
        for table in tables:
            _blank(connection, database, "main", table, erasure, f" AND {own}")
        if schema is not None:
            for table in _tables(connection, database, schema):
                _blank(connection, database, schema, table, erasure, "")
    connection.execute(f"CHECKPOINT {quoted(database)}")


def _erase_working(connection: duckdb.DuckDBPyConnection, database: str, schema: str, erasure: Erasure) -> None:
    """The rows of the working tables, which carry codes; the name in the dictionary last."""
    dictionary, code, name = DICTIONARIES[0 if erasure.kind == "case" else 1]
    place = f"{quoted(database)}.{quoted(schema)}"
    if dictionary not in _tables(connection, database, schema):
        return
    codes = f"SELECT {code} FROM {place}.{dictionary} WHERE list_contains($texts::VARCHAR[], {name})"
    if erasure.kind == "resource" and "finding_examples" in _tables(connection, database, schema):
        # examples do not say who, but a finding that goes is no example any more
        execute(
            connection,
            composed_step(
                "erasing/examples",
                f"""
                DELETE FROM {place}.finding_examples WHERE (case_code, identity_no, occurrence) IN (
                    SELECT (case_code, identity_no, occurrence) FROM {place}.deviations WHERE resource_code IN ({codes})
                )
                """,
            ),
            erasure.values,
        )
    for table in tables_with(connection, database, schema, code):
        if table == dictionary:
            continue
        sql = f"DELETE FROM {place}.{quoted(table)} WHERE {code} IN ({codes})"
        if erasure.kind == "name":
            sql = f"UPDATE {place}.{quoted(table)} SET {code} = NULL WHERE {code} IN ({codes})"
        execute(connection, composed_step("erasing/working", sql), erasure.values)
    execute(
        connection,
        composed_step(
            "erasing/dictionary",
            f"UPDATE {place}.{dictionary} SET {name} = '(forgotten ' || {code} || ')' "
            f"WHERE list_contains($texts::VARCHAR[], {name})",
        ),
        erasure.values,
    )


def _blank(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str, erasure: Erasure, condition: str
) -> None:
    """Blank the text in every text column of a table."""
    columns = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = $database AND schema_name = $schema "
        "AND table_name = $table AND data_type = 'VARCHAR' AND column_name <> 'process' ORDER BY column_index",
        {"database": database, "schema": schema, "table": table},
    ).fetchall()
    for (column,) in columns:
        place = f"{quoted(database)}.{quoted(schema)}.{quoted(table)}"
        name = quoted(column)
        execute(
            connection,
            composed_step(
                "erasing/blank",
                f"UPDATE {place} SET {name} = regexp_replace({name}, $pattern, '{REPLACEMENT}', 'g') "
                f"WHERE regexp_matches({name}, $pattern){condition}",
            ),
            erasure.values,
        )


def _both(one: Sequence[str], other: Sequence[str]) -> list[str]:
    return [name for name in one if name in set(other)]


def _tables(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> list[str]:
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $database AND schema_name = $schema ORDER BY 1",
        {"database": database, "schema": schema},
    ).fetchall()
    return [row[0] for row in rows]
