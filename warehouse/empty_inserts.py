"""A guard against rows that DuckDB up to 1.5 loses without an error.

In a transaction, an INSERT or CREATE TABLE AS whose sorted or scanned input is empty leaves its table in a state in
which a later INSERT of a row group or more, by several threads, counts its rows and keeps none. (1.1.3 to 1.5.6 do so,
2.0.0 does not; `tests/warehouse/test_empty_inserts.py` shows it.) A row put in and taken out again in between mends it.
"""

from __future__ import annotations

import re

import duckdb

from warehouse.sql_step import quoted

# rows of the transaction that is open are numbered from here
_OWN_ROWS = 36028797018960000

_WRITES = re.compile(
    r"(?:\s|--[^\n]*\n)*(?:INSERT\s+INTO\s+(?P<into>[\w.\"]+)"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?(?P<temp>TEMP\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<made>[\w.\"]+)\s+AS\b)"
)


def written_table(sql: str) -> str | None:
    """The table that a statement inserts into or makes from a query; None where it does neither."""
    found = _WRITES.match(sql)
    if found is None:
        return None
    if found["into"]:
        return found["into"]
    return f"temp.{found['made']}" if found["temp"] else found["made"]


def mend(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make a table that a statement of this transaction wrote no row to take the next rows.

    Only within a transaction, which numbers its own rows from far above. A table with a constraint is left alone: those
    are small. Cost: next to nothing, or a look at what was deleted from the table.
    """
    if _count(connection, f"SELECT count(*) FROM {table} WHERE rowid >= {_OWN_ROWS}") or _is_constrained(
        connection, table
    ):
        return
    column = connection.execute(f"SELECT * FROM {table} LIMIT 0").description[0][0]
    connection.execute(f"INSERT INTO {table} BY NAME SELECT NULL AS {quoted(column)}")
    if _count(connection, f"DELETE FROM {table} WHERE rowid >= {_OWN_ROWS}") != 1:
        raise AssertionError(table)


def _is_constrained(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    named = table.replace('"', "").split(".")[-1]
    return bool(
        _count(
            connection,
            "SELECT count(*) FROM duckdb_constraints() WHERE table_name = $name",
            {"name": named},
        )
    )


def _count(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, str] | None = None) -> int:
    row = connection.execute(sql, values).fetchone()
    return int(row[0]) if row else 0
