"""The catalogue of processes: which schema holds a process's working tables."""

from __future__ import annotations

import re

from warehouse.errors import Problem, WarehouseError
from warehouse.sql_step import composed_step, quoted
from warehouse.store import Store

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")

_WORKING_TABLES = """
CREATE TABLE activities (activity_code INTEGER, activity VARCHAR);
CREATE TABLE resources (resource_code INTEGER, resource VARCHAR);
CREATE TABLE roles (role_code INTEGER, role VARCHAR);
CREATE TABLE case_ids (case_code INTEGER, case_id VARCHAR);
CREATE TABLE variant_dictionary (variant_no INTEGER, variant_id VARCHAR, codes INTEGER[]);
CREATE TABLE periods (period_no INTEGER, period VARCHAR, starts_at TIMESTAMPTZ, ends_at TIMESTAMPTZ);
"""


def process_schema(store: Store, process: str) -> str:
    """The schema of a process's working tables, made on first use (inside the caller's transaction on mart)."""
    if not _NAME.fullmatch(process):
        raise WarehouseError(Problem(f"'{process}' is no name for a process."))
    found = store.fetch_sql(
        "mart/find_process",
        "SELECT ordinal FROM mart.main.process_catalogue WHERE process = $process",
        process=process,
    )
    if found:
        return f"p{found[0][0]}"
    ordinal = int(
        store.fetch_sql("mart/next_process", "SELECT coalesce(max(ordinal), 0) + 1 FROM mart.main.process_catalogue")[
            0
        ][0]
    )
    store.run_step(
        composed_step("mart/add_process", "INSERT INTO mart.main.process_catalogue VALUES ($process, $ordinal)"),
        {"process": process, "ordinal": ordinal},
    )
    schema = f"p{ordinal}"
    store.connection.execute(f"CREATE SCHEMA mart.{quoted(schema)}")
    store.use("mart", schema)
    store.connection.execute(_WORKING_TABLES)
    return schema


def schema_with(store: Store, process: str, table: str) -> str | None:
    """The schema of a process whose working tables hold `table`, quoted; None before the night that makes it."""
    found = store.fetch_sql(
        "mart/schema_with",
        """
        SELECT c.ordinal FROM mart.main.process_catalogue AS c
        JOIN duckdb_tables() AS t
            ON t.database_name = 'mart' AND t.schema_name = 'p' || c.ordinal AND t.table_name = $table
        WHERE c.process = $process
        """,
        process=process,
        table=table,
    )
    return f"mart.{quoted(f'p{int(found[0][0])}')}" if found else None
