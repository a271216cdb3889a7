"""Putting a process back to its last published state, when a night failed half-way through it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.handing_on import JUDGED, SHAPED, take_away
from warehouse.mart.catalogue import process_schema
from warehouse.mart.views import union_views
from warehouse.sql_step import composed_step, quoted
from warehouse.store import Store

# what happened is kept, whatever becomes of the facts
_LEDGERS = frozenset({"runs", "run_stages", "quality_checks", "process_catalogue", "forgotten"})


UNFINISHED = "unfinished"  # stands among the stages of a process while its facts may be half-way


def mark_unfinished(store: Store, process: str, *, run_id: str) -> None:
    """Note that the facts of a process are being made anew: until a run of it is done nobody may publish them.

    A model that a run found which was cut off is no model to compare with: it goes.
    """
    values = {"process": process, "stage": UNFINISHED, "run_id": run_id}
    with store.transaction("mart"):
        store.run_step(
            composed_step(
                "restore/forget_model",
                """
                DELETE FROM discovered_models WHERE process = $process AND run_id <> $run_id AND run_id IN (
                    SELECT run_id FROM stage_states WHERE process = $process AND stage = $stage
                )
                """,
            ),
            values,
        )
        store.run_step(
            composed_step(
                "restore/mark_unfinished",
                """
                INSERT INTO stage_states VALUES ($process, $stage, '', $run_id)
                ON CONFLICT (process, stage) DO UPDATE SET run_id = excluded.run_id
                """,
            ),
            values,
        )


def unfinished_processes(store: Store, processes: Sequence[str]) -> tuple[str, ...]:
    """Those of the processes whose facts are half-way, or not in the mart at all (it was begun anew)."""
    rows = store.fetch_sql(
        "restore/unfinished",
        """
        SELECT process FROM (SELECT unnest($processes::VARCHAR[]) AS process)
        WHERE process IN (SELECT process FROM mart.main.stage_states WHERE stage = $stage)
            OR process NOT IN (SELECT process FROM mart.main.process_catalogue)
        ORDER BY process
        """,
        processes=list(processes),
        stage=UNFINISHED,
    )
    return tuple(row[0] for row in rows)


def restore_process(store: Store, process: str, snapshot: Path) -> bool:
    """Make the mart's facts of a process those of the snapshot again (none, if it was never published).

    Without this the next publish would mix tonight's events with last night's verdicts. One transaction. Whether
    there was anything to put back. Cost: a copy of the process's rows.
    """
    found = store.fetch_sql(
        "restore/find",
        "SELECT ordinal FROM mart.main.process_catalogue WHERE process = $process",
        process=process,
    )
    has_snapshot = snapshot.exists()
    if not found and not has_snapshot:
        with store.transaction("mart"):
            store.run_step(
                composed_step("restore/forget_stages", "DELETE FROM stage_states WHERE process = $process"),
                {"process": process},
            )
        return False
    if has_snapshot:
        literal = str(snapshot).replace("'", "''")
        try:
            store.connection.execute(f"ATTACH '{literal}' AS former (READ_ONLY)")
        except duckdb.Error as error:
            raise WarehouseError(
                Problem(
                    f"the former results of process {process} can't be put back: the snapshot can't be opened.",
                    str(snapshot),
                    "Bring it back, or move it away: the process is then published when it next succeeds.",
                )
            ) from error
    take_away(store, *SHAPED, *JUDGED)
    try:
        with store.transaction("mart"):
            # a mart that was begun anew does not know the process yet; what the snapshot has of it is kept all the same
            schema = process_schema(store, process)
            store.use("mart")
            _restore_shared(store, process, has_snapshot=has_snapshot)
            _restore_own(store, process, schema, has_snapshot=has_snapshot)
            union_views(store)
    finally:
        store.use("mart")
        if has_snapshot:
            store.connection.execute("DETACH former")
    return True


def _tables(store: Store, database: str, schema: str) -> list[str]:
    rows = store.fetch_sql(
        "restore/tables",
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $database AND schema_name = $schema ORDER BY 1",
        database=database,
        schema=schema,
    )
    return [row[0] for row in rows]


def _restore_shared(store: Store, process: str, *, has_snapshot: bool) -> None:
    former = set(_tables(store, "former", "main")) if has_snapshot else set()
    for table in _tables(store, "mart", "main"):
        columns = store.fetch_sql(
            "restore/columns",
            """
            SELECT column_name FROM duckdb_columns()
            WHERE database_name = 'mart' AND schema_name = 'main' AND table_name = $table AND column_name = 'process'
            """,
            table=table,
        )
        if not columns or table in _LEDGERS:
            continue
        store.run_step(
            composed_step("restore/clear", f"DELETE FROM main.{quoted(table)} WHERE process = $process"),
            {"process": process},
        )
        # before 0.4.0 a snapshot had its findings in a table of another name
        source = "deviations" if table == "earlier_deviations" and table not in former else table
        if source in former:
            store.run_step(
                composed_step(
                    "restore/fill",
                    f"INSERT INTO main.{quoted(table)} BY NAME "
                    f"SELECT * FROM former.main.{quoted(source)} WHERE process = $process",
                ),
                {"process": process},
            )


def _restore_own(store: Store, process: str, schema: str, *, has_snapshot: bool) -> None:
    former_schema = None
    if has_snapshot:
        found = store.fetch_sql(
            "restore/former",
            "SELECT ordinal FROM former.main.process_catalogue WHERE process = $process",
            process=process,
        )
        # an ordinal is given once and for all; another one in the snapshot means that the mart was begun anew
        former_schema = f"p{found[0][0]}" if found else None
    store.connection.execute(f"DROP SCHEMA mart.{quoted(schema)} CASCADE")
    if former_schema is None:
        store.run_step(
            composed_step("restore/forget", "DELETE FROM main.process_catalogue WHERE process = $process"),
            {"process": process},
        )
        return
    store.connection.execute(f"CREATE SCHEMA mart.{quoted(schema)}")
    for table in _tables(store, "former", former_schema):
        store.connection.execute(
            f"CREATE TABLE mart.{quoted(schema)}.{quoted(table)} AS "
            f"SELECT * FROM former.{quoted(former_schema)}.{quoted(table)}"
        )
    views = store.fetch_sql(
        "restore/views",
        "SELECT sql FROM duckdb_views() WHERE database_name = 'former' AND schema_name = $schema ORDER BY view_name",
        schema=former_schema,
    )
    for (sql,) in views:
        # the views name their tables by schema; no attribute, which they name too, is followed by a dot
        store.connection.execute(re.sub(rf"\b{former_schema}\.", f"{schema}.", sql))
