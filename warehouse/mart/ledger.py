"""The ledger of runs and stages, and what each stage's present results were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.mart.restore import UNFINISHED
from warehouse.sql_step import composed_step
from warehouse.store import Store, arrow_table


@dataclass(frozen=True, slots=True)
class StageRecord:
    """A stage that was carried out."""

    run_id: str
    process: str
    stage: str
    reason: str
    fingerprint: str
    rows: int
    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run of one process.

    `as_of` is the instant up to which its facts hold, `asked_as_of` the one that the operator named. `undoes`: the run
    that it took back or brought back.
    """

    run_id: str
    process: str
    as_of: datetime | None
    started_at: datetime
    finished_at: datetime
    status: str
    reason: str
    rows_landed: int
    rows_quarantined: int
    cases_touched: int
    variants_new: int
    asked_as_of: datetime | None = None
    undoes: str | None = None


def stage_fingerprints(store: Store) -> dict[tuple[str, str], str]:
    """What each stage's present results were made from: (process, stage) -> fingerprint."""
    rows = store.fetch_sql("mart/stage_fingerprints", "SELECT process, stage, fingerprint FROM mart.main.stage_states")
    return {(process, stage): fingerprint for process, stage, fingerprint in rows}


def record_stage(store: Store, record: StageRecord) -> None:
    """Note a finished stage; its fingerprint now stands for its results."""
    with store.transaction("mart"):
        store.run_step(
            composed_step(
                "mart/record_stage",
                "INSERT INTO run_stages VALUES ($run_id, $process, $stage, $reason, $rows, $seconds, $peak_bytes)",
            ),
            {
                "run_id": record.run_id,
                "process": record.process,
                "stage": record.stage,
                "reason": record.reason,
                "rows": record.rows,
                "seconds": record.seconds,
                "peak_bytes": record.peak_bytes,
            },
        )
        store.run_step(
            composed_step(
                "mart/stage_state",
                """
                INSERT INTO stage_states VALUES ($process, $stage, $fingerprint, $run_id)
                ON CONFLICT (process, stage) DO UPDATE SET fingerprint = excluded.fingerprint, run_id = excluded.run_id
                """,
            ),
            {
                "process": record.process,
                "stage": record.stage,
                "fingerprint": record.fingerprint,
                "run_id": record.run_id,
            },
        )


def record_run(store: Store, record: RunRecord) -> None:
    """Note a run of a process, done or failed; one that is done makes its facts whole, in the same commit."""
    with store.transaction("mart"):
        if record.status == "done":
            store.run_step(
                composed_step(
                    "mart/mark_finished", "DELETE FROM stage_states WHERE process = $process AND stage = $stage"
                ),
                {"process": record.process, "stage": UNFINISHED},
            )
        store.run_step(
            composed_step(
                "mart/record_run",
                """
                INSERT INTO runs (run_id, process, as_of, started_at, finished_at, status, reason, rows_landed,
                    rows_quarantined, cases_touched, variants_new, asked_as_of, undoes)
                VALUES ($run_id, $process, $as_of, $started_at, $finished_at, $status, $reason, $rows_landed,
                    $rows_quarantined, $cases_touched, $variants_new, $asked_as_of, $undoes)
                """,
            ),
            {name: getattr(record, name) for name in RunRecord.__dataclass_fields__},
        )


def current_as_of(store: Store, process: str) -> datetime | None:
    """The instant up to which the present facts of a process hold; None before its first run."""
    rows = store.fetch_sql(
        "mart/as_of", "SELECT as_of FROM mart.main.processes WHERE process = $process", process=process
    )
    return rows[0][0] if rows else None


def set_generation(store: Store, generation: int) -> None:
    """Note in the mart which landing generation its facts belong to."""
    with store.transaction("mart"):
        store.run_step(
            composed_step("mart/set_generation", "UPDATE schema_info SET generation = $generation"),
            {"generation": generation},
        )


def record_publication(store: Store, *, run_id: str, published_at: datetime) -> None:
    """Note in the mart that it is being published; once a run, however often that is tried."""
    with store.transaction("mart"):
        for name, sql in (
            ("mart/replace_publication", "DELETE FROM publications WHERE run_id = $run_id"),
            ("mart/record_publication", "INSERT INTO publications VALUES ($run_id, $published_at)"),
        ):
            store.run_step(composed_step(name, sql), {"run_id": run_id, "published_at": published_at})


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A run of one process as the ledger tells it."""

    run_id: str
    process: str
    started_at: datetime | None
    finished_at: datetime | None
    status: str
    rows_landed: int | None
    cases_touched: int | None
    asked_as_of: datetime | None
    undoes: str | None
    undone_by: str | None


LEDGER_ROWS = """
    SELECT run_id, process, started_at, finished_at, status, rows_landed, cases_touched, asked_as_of, undoes, undone_by
    FROM mart.main.runs ORDER BY run_id, process
"""


def recorded_runs(store: Store) -> tuple[LedgerRow, ...]:
    """All runs in the ledger, in order."""
    return tuple(LedgerRow(*row) for row in store.fetch_sql("mart/recorded_runs", LEDGER_ROWS))


def mark_undone(store: Store, undone: Mapping[tuple[str, str], str]) -> None:
    """Make the ledger say which runs are undone: (run, process) -> the undoing. Landing knows; the mart repeats it."""
    columns = {
        "run_id": (pa.string(), [run_id for run_id, _ in undone]),
        "process": (pa.string(), [process for _, process in undone]),
        "undo_id": (pa.string(), list(undone.values())),
    }
    with store.registered("undone_in", arrow_table(columns)), store.transaction("mart"):
        store.run_step(
            composed_step(
                "mart/mark_undone",
                """
                UPDATE runs SET undone_by = u.undo_id
                FROM (
                    SELECT r.run_id, r.process, i.undo_id FROM mart.main.runs AS r
                    LEFT JOIN undone_in AS i USING (run_id, process)
                ) AS u
                WHERE u.run_id = runs.run_id AND u.process = runs.process
                    AND runs.undone_by IS DISTINCT FROM u.undo_id
                """,
            )
        )


def last_recorded_run(store: Store) -> tuple[str, ...]:
    """The greatest id of the runs that the mart knows of, cut-off ones included; empty before the first."""
    rows = store.fetch_sql(
        "mart/last_recorded_run",
        """
        SELECT max(run_id) FROM (
            SELECT run_id FROM mart.main.runs UNION ALL SELECT run_id FROM mart.main.run_stages
            UNION ALL SELECT run_id FROM mart.main.stage_states UNION ALL SELECT run_id FROM mart.main.discovered_models
        )
        """,
    )
    return tuple(row[0] for row in rows if row[0] is not None)
