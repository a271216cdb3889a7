"""What a stage made of the cases it touched, at hand in memory for the stages after it.

While the files stay open (`kept_open`), hotspots need not seek what judging wrote, nor judging what shaping wrote, in
tables of all cases. What lies here is a copy: without it, or where it does not cover a case, rows are read as ever.
Whoever changes those tables takes it away first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warehouse.sql_step import SqlStep, composed_step
from warehouse.store import Store

# so many rows are quickly read from the tables, too, beside what a night of that size does anyway
MOST_ROWS = 20_000_000

SHAPED = ("instances", "cases")
JUDGED = ("limit_checks", "case_verdicts", "deviations")
"""The tables whose rows shaping and judging lay aside."""

_LIST = "memory.main.handed"


def collect(store: Store, *tables: str) -> None:
    """Make `temp.made_<table>`, empty, for the rows that `append` keeps."""
    for table in tables:
        made = f"CREATE OR REPLACE TEMP TABLE made_{table} AS FROM {table} LIMIT 0"
        store.run_step(composed_step(f"handing_on/collect_{table}", made))


def append(store: Store, table: str, query: SqlStep, values: Mapping[str, Any] | None = None, *, aside: bool) -> int:
    """Append the rows of a query to a table of the process in use; how many.

    With `aside` they also stay in `temp.made_<table>`, which `collect` made.
    """
    if not aside:
        return store.run_step(composed_step(query.name, f"INSERT INTO {table}\n{query.sql}"), values)
    store.run_step(composed_step(query.name, f"CREATE OR REPLACE TEMP TABLE made_batch AS\n{query.sql}"), values)
    store.run_step(composed_step(f"{query.name}/aside", f"INSERT INTO temp.made_{table} FROM temp.made_batch"))
    rows = store.run_step(composed_step(f"{query.name}/append", f"INSERT INTO {table} FROM temp.made_batch"))
    store.connection.execute("DROP TABLE temp.made_batch")
    return rows


def hand_on(store: Store, *tables: str, cases: str) -> None:
    """Lay `temp.made_<table>` aside: all rows that the table has of the cases in `cases` (case_code).

    Call it outside a transaction, after the stage's own. Very many rows are not laid aside.
    """
    for table in tables:
        take_away(store, table)
        if _count(store, f"temp.made_{table}") <= MOST_ROWS:
            _lay_aside(store, table, cases)
        store.connection.execute(f"DROP TABLE temp.made_{table}")


def _lay_aside(store: Store, table: str, cases: str) -> None:
    store.connection.execute(
        f"""
        CREATE TABLE memory.main.handed_{table} AS FROM temp.made_{table};
        CREATE TABLE memory.main.handed_{table}_cases AS SELECT DISTINCT case_code FROM {cases};
        CREATE TABLE IF NOT EXISTS {_LIST} (name VARCHAR, schema VARCHAR);
        INSERT INTO {_LIST} SELECT '{table}', current_schema()
        """
    )


def take_away(store: Store, *tables: str) -> None:
    """Forget what was laid aside of these tables: it is about to change."""
    has_list = _has_list(store)
    for table in tables:
        store.connection.execute(
            f"DROP TABLE IF EXISTS memory.main.handed_{table}; DROP TABLE IF EXISTS memory.main.handed_{table}_cases"
        )
        if has_list:
            store.connection.execute(f"DELETE FROM {_LIST} WHERE name = '{table}'")


def rows_of(store: Store, table: str, cases: str) -> str:
    """A query for the rows of the relation `cases` (case_code) in a table of the schema in use.

    From what was laid aside; only cases that it does not cover are sought in the table. Cost: a scan of the table for
    them, if there are any.
    """
    if not _is_at_hand(store, table):
        return f"SELECT * FROM {table} SEMI JOIN {cases} USING (case_code)"
    laid = f"memory.main.handed_{table}"
    query = f"SELECT * FROM {laid} SEMI JOIN {cases} USING (case_code)"
    others = f"(SELECT case_code FROM {cases} ANTI JOIN {laid}_cases USING (case_code))"
    if _count(store, others) > 0:
        query += f" UNION ALL BY NAME SELECT * FROM {table} SEMI JOIN {others} USING (case_code)"
    return query


def _is_at_hand(store: Store, table: str) -> bool:
    """Whether rows of the process in use were laid aside and not taken away since."""
    if not _has_list(store):
        return False
    rows = store.fetch_sql(
        "handing_on/at_hand",
        f"SELECT count(*) FROM {_LIST} WHERE name = $laid AND schema = current_schema()",
        laid=table,
    )
    return rows != [(0,)]


def _has_list(store: Store) -> bool:
    rows = store.fetch_sql(
        "handing_on/has_list",
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'memory' AND table_name = 'handed'",
    )
    return rows != [(0,)]


def _count(store: Store, relation: str) -> int:
    return int(store.fetch_sql("handing_on/count", f"SELECT count(*) FROM {relation}")[0][0])
