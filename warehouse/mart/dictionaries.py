"""The dictionaries of a process's working tables: names that no row uses any more must not stay in them."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from warehouse.sql_step import composed_step, execute, quoted

DICTIONARIES = (
    ("case_ids", "case_code", "case_id"),
    ("resources", "resource_code", "resource"),
    ("roles", "role_code", "role"),
)
"""Dictionary, its code and its name."""


def working_schemas(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """The schema of each process in an attached file: process -> schema."""
    schemas = {
        row[0]
        for row in connection.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = $database", {"database": database}
        ).fetchall()
    }
    rows = connection.execute(
        f"SELECT process, 'p' || ordinal FROM {quoted(database)}.main.process_catalogue"
    ).fetchall()
    return {process: schema for process, schema in rows if schema in schemas}


def tables_with(connection: duckdb.DuckDBPyConnection, database: str, schema: str, column: str) -> list[str]:
    """The tables of a schema that have a column of this name, by name."""
    rows = connection.execute(
        """
        SELECT c.table_name FROM duckdb_columns() AS c
        JOIN duckdb_tables() AS t USING (database_name, schema_name, table_name)
        WHERE c.database_name = $database AND c.schema_name = $schema AND c.column_name = $column
        ORDER BY c.table_name
        """,
        {"database": database, "schema": schema, "column": column},
    ).fetchall()
    return [row[0] for row in rows]


def prune_names(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Blank the names that no row of their process uses any more; their codes stay taken. For all processes.

    Cost: the distinct codes of the events, instances and cases.
    """
    for schema in working_schemas(connection, database).values():
        for dictionary, code, name in DICTIONARIES:
            using = [table for table in tables_with(connection, database, schema, code) if table != dictionary]
            if not using or dictionary not in tables_with(connection, database, schema, name):
                continue
            place = f"{quoted(database)}.{quoted(schema)}"
            used = " UNION ".join(f"SELECT {code} FROM {place}.{quoted(table)}" for table in using)
            execute(
                connection,
                composed_step(
                    "dictionaries/prune",
                    f"""
                    UPDATE {place}.{dictionary} SET {name} = '(forgotten ' || {code} || ')'
                    WHERE {code} NOT IN (SELECT {code} FROM ({used}) WHERE {code} IS NOT NULL)
                        AND {name} NOT LIKE '(forgotten %)'
                    """,
                ),
            )


def pruning(database: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """`prune_names` as a change of a file that is attached under a name."""
    return lambda connection: prune_names(connection, database)
