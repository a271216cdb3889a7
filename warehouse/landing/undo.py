"""Taking a run back: which loads it brought in and put out, and the landing state before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.errors import Problem, QuestionError
from warehouse.landing.loads import next_generation, note_load_changes
from warehouse.sql_step import composed_step
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class RunLoad:
    """A load that a run changed, or landed without taking it in.

    `was_current` before the run, `left_current` after it, `is_current` now.
    """

    load_id: int
    process: str
    source: str
    locator: str
    was_current: bool
    left_current: bool
    is_current: bool
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class Undoing:
    """A run of a process that is undone."""

    undo_id: str
    run_id: str
    process: str


def run_loads(store: Store, run_id: str) -> tuple[RunLoad, ...]:
    """What a run did to the loads, as the ledger of landing tells; in the order of the loads.

    A load that the run took in and put out again is none of it.
    """
    rows = store.fetch_sql(
        "landing/run_loads",
        """
        WITH changed AS (
            SELECT load_id, NOT arg_min(became_current, change_no) AS was_current,
                arg_max(became_current, change_no) AS left_current
            FROM landing.main.load_changes WHERE run_id = $run_id GROUP BY load_id
        )
        SELECT l.load_id, s.process, s.source, l.locator, coalesce(c.was_current, false),
            coalesce(c.left_current, false), l.is_current, l.undone_by
        FROM landing.main.landing_loads AS l
        JOIN landing.main.landing_sources AS s USING (source_no)
        LEFT JOIN changed AS c USING (load_id)
        WHERE c.was_current <> c.left_current
            -- landed for a delivery that was never whole: the next night would take it in
            OR c.load_id IS NULL AND l.run_id = $run_id AND NOT l.is_current
                AND l.load_id NOT IN (SELECT load_id FROM landing.main.load_changes)
        ORDER BY l.load_id
        """,
        run_id=run_id,
    )
    return tuple(RunLoad(*row) for row in rows)


def landing_runs(store: Store) -> tuple[str, ...]:
    """The runs that landing knows of, sorted; those that were cut off before they were recorded among them."""
    rows = store.fetch_sql(
        "landing/runs",
        """
        SELECT run_id FROM (
            SELECT run_id FROM landing.main.load_changes UNION SELECT run_id FROM landing.main.landing_loads
            UNION SELECT undo_id FROM landing.main.undoings UNION SELECT redone_by FROM landing.main.undoings
        ) WHERE run_id IS NOT NULL ORDER BY run_id
        """,
    )
    return tuple(row[0] for row in rows)


def undoings_in_force(store: Store) -> tuple[Undoing, ...]:
    """The runs that are undone, in the order in which that was done."""
    rows = store.fetch_sql(
        "landing/undoings",
        "SELECT undo_id, run_id, process FROM landing.main.undoings WHERE redone_by IS NULL ORDER BY undo_id, process",
    )
    return tuple(Undoing(*row) for row in rows)


def current_loads(store: Store, process: str) -> frozenset[int]:
    """The loads that the facts of a process are made from."""
    rows = store.fetch_sql(
        "landing/current_loads",
        """
        SELECT l.load_id FROM landing.main.landing_loads AS l
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND l.is_current
        """,
        process=process,
    )
    return frozenset(row[0] for row in rows)


def undo_loads(store: Store, *, run_id: str, processes: Sequence[str], undo_id: str, undone_at: datetime) -> int:
    """Put the loads of a run back to what they were before it, for these processes; how many loads.

    One transaction. The loads that it brought stay known and are marked undone. Raises `QuestionError`, with a problem
    for each load, where a later run changed what this one left.
    """
    chosen = [load for load in run_loads(store, run_id) if load.process in processes]
    changed_since = [load for load in chosen if load.is_current != load.left_current]
    if changed_since:
        raise QuestionError(*(_changed_since(store, load, f"run {run_id}") for load in changed_since))
    with store.transaction("landing"):
        next_generation(store)
        for load in chosen:
            _set(
                store,
                load.load_id,
                is_current=load.was_current,
                undone_by=None if load.was_current else undo_id,
                brought_back_by=undo_id if load.was_current else None,
            )
        moved = [(load.load_id, load.was_current) for load in chosen if load.was_current != load.left_current]
        note_load_changes(store, undo_id, moved)
        for process in processes:
            store.run_step(
                composed_step(
                    "landing/add_undoing",
                    "INSERT INTO undoings VALUES ($undo_id, $run_id, $process, $undone_at, NULL)",
                ),
                {"undo_id": undo_id, "run_id": run_id, "process": process, "undone_at": undone_at},
            )
    return len(chosen)


def redo_loads(store: Store, *, run_id: str, processes: Sequence[str], redo_id: str) -> int:
    """Put the loads of an undone run back to what the run had made of them; how many loads.

    One transaction. Raises `QuestionError` where a later run changed what the undoing left.
    """
    chosen = [load for load in run_loads(store, run_id) if load.process in processes]
    changed_since = [load for load in chosen if load.is_current != load.was_current]
    if changed_since:
        raise QuestionError(*(_changed_since(store, load, f"the undoing of run {run_id}") for load in changed_since))
    with store.transaction("landing"):
        next_generation(store)
        for load in chosen:
            _set(store, load.load_id, is_current=load.left_current, undone_by=None, brought_back_by=None)
        moved = [(load.load_id, load.left_current) for load in chosen if load.was_current != load.left_current]
        note_load_changes(store, redo_id, moved)
        for process in processes:
            store.run_step(
                composed_step(
                    "landing/take_undoing_back",
                    "UPDATE undoings SET redone_by = $redo_id "
                    "WHERE run_id = $run_id AND process = $process AND redone_by IS NULL",
                ),
                {"redo_id": redo_id, "run_id": run_id, "process": process},
            )
    return len(chosen)


def _set(store: Store, load_id: int, *, is_current: bool, undone_by: str | None, brought_back_by: str | None) -> None:
    store.run_step(
        composed_step(
            "landing/set_back",
            """
            UPDATE landing_loads
            SET is_current = $is_current, undone_by = $undone_by, brought_back_by = $brought_back_by
            WHERE load_id = $load_id
            """,
        ),
        {
            "load_id": load_id,
            "is_current": is_current,
            "undone_by": undone_by,
            "brought_back_by": brought_back_by,
        },
    )


def _changed_since(store: Store, load: RunLoad, left_by: str) -> Problem:
    rows = store.fetch_sql(
        "landing/changed_since",
        "SELECT arg_max(run_id, change_no) FROM landing.main.load_changes WHERE load_id = $load_id",
        load_id=load.load_id,
    )
    later = rows[0][0] or "another run"
    did = "took it in again" if load.is_current else "put it out of its source"
    return Problem(
        f"load {load.load_id} ({load.locator}) is no longer as {left_by} left it: {later} {did}.",
        f"process {load.process}, source {load.source}",
        f"Go back run by run: first asrun undo {later}",
    )
