"""Undoing a run: what can be taken back is checked first, then landing goes back, and the plan does the rest."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.errors import BadInput, Problem
from pipelines.planning.make_plan import make_plan
from pipelines.planning.stage import Plan
from pipelines.stages.outcome import Night
from pipelines.store_settings import store_settings
from pipelines.workspace.load import Workspace
from warehouse.landing.undo import (
    RunLoad,
    Undoing,
    current_loads,
    landing_runs,
    redo_loads,
    run_loads,
    undo_loads,
    undoings_in_force,
)
from warehouse.mart.ledger import LedgerRow, mark_undone, recorded_runs
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class StepBack:
    """What undoing or redoing a run means for one process: the loads that move, and the instant to judge at."""

    process: str
    loads: tuple[RunLoad, ...]
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is known of all runs."""

    runs: tuple[LedgerRow, ...]
    others: tuple[str, ...]  # runs that left a trace in landing
    undone: tuple[Undoing, ...]

    def undoing(self, run_id: str, process: str) -> str | None:
        """The undoing of a run of a process that is in force."""
        found = [each.undo_id for each in self.undone if (each.run_id, each.process) == (run_id, process)]
        return found[-1] if found else None

    def asked(self, process: str, *, without: str | None = None, with_: str | None = None) -> datetime | None:
        """What the last run that still counts was asked to judge at; None: the latest event."""
        counting = [
            row
            for row in self.runs
            if row.process == process
            and row.status == "done"
            and row.undoes is None
            and row.run_id != without
            and (row.run_id == with_ or self.undoing(row.run_id, process) is None)
        ]
        return counting[-1].asked_as_of if counting else None

    def asked_last(self, process: str) -> datetime | None:
        """What the last run of all was asked to judge at: the present facts are as of then."""
        done = [row for row in self.runs if row.process == process and row.status == "done"]
        return done[-1].asked_as_of if done else None


def plan_undo(workspace: Workspace, run_id: str, *, processes: Sequence[str] = ()) -> tuple[StepBack, ...]:
    """What undoing a run would change, by process; nothing is changed yet.

    `processes` empty stands for all that the run was about. Raises `BadInput`, with all that speaks against it.
    """
    with _store(workspace, run_id) as store:
        ledger = _ledger(store)
        chosen = _chosen(workspace, store, ledger, run_id, processes)
        loads = run_loads(store, run_id)
        problems: list[Problem] = []
        steps: list[StepBack] = []
        for process in chosen:
            undone_by = ledger.undoing(run_id, process)
            if undone_by is not None:
                problems.append(
                    Problem(
                        f"run {run_id} is undone already, by {undone_by}.",
                        f"process {process}",
                        f"If that was cut off, asrun run does the rest. Take it back with: asrun redo {run_id}",
                    )
                )
                continue
            mine = tuple(load for load in loads if load.process == process)
            as_of = ledger.asked(process, without=run_id)
            if not mine and as_of == ledger.asked_last(process):
                continue
            standing = current_loads(store, process) - {load.load_id for load in mine if load.left_current}
            if not standing | {load.load_id for load in mine if load.was_current}:
                problems.append(
                    Problem(
                        f"nothing came before run {run_id}: it brought all that stands.",
                        f"process {process}",
                        "To begin anew, take the process out of the workspace, or move the warehouse folder away.",
                    )
                )
                continue
            steps.append(StepBack(process, mine, as_of))
        if not steps and not problems:
            problems.append(_nothing_to_take_back(ledger, run_id, chosen))
    if problems:
        raise BadInput(*problems)
    return tuple(steps)


def plan_redo(workspace: Workspace, run_id: str, *, processes: Sequence[str] = ()) -> tuple[StepBack, ...]:
    """What taking the undoing of a run back would change, by process; nothing is changed yet."""
    with _store(workspace, run_id) as store:
        ledger = _ledger(store)
        chosen = _chosen(workspace, store, ledger, run_id, processes)
        loads = run_loads(store, run_id)
        steps = tuple(
            StepBack(
                process,
                tuple(load for load in loads if load.process == process),
                ledger.asked(process, with_=run_id),
            )
            for process in chosen
            if ledger.undoing(run_id, process) is not None
        )
    if not steps:
        undone = sorted({each.run_id for each in ledger.undone})
        raise BadInput(
            Problem(f"run {run_id} is not undone.", "", f"Undone: {', '.join(undone) if undone else 'no run'}.")
        )
    return steps


def undo(night: Night, run_id: str, steps: Sequence[StepBack]) -> None:
    """Put landing back to what it was before the run. What is derived from it follows by a plan."""
    with Store(store_settings(night.workspace)) as store:
        undo_loads(
            store,
            run_id=run_id,
            processes=[step.process for step in steps],
            undo_id=night.run_id,
            undone_at=night.started_at,
        )
        note_undone(store)


def redo(night: Night, run_id: str, steps: Sequence[StepBack]) -> None:
    """Put landing back to what the run had made of it."""
    with Store(store_settings(night.workspace)) as store:
        redo_loads(store, run_id=run_id, processes=[step.process for step in steps], redo_id=night.run_id)
        note_undone(store)


def note_undone(store: Store) -> None:
    """Make the mart's ledger say what landing says: which runs are undone."""
    mark_undone(store, {(each.run_id, each.process): each.undo_id for each in undoings_in_force(store)})


def _store(workspace: Workspace, run_id: str) -> Store:
    settings = store_settings(workspace)
    if not settings.landing.exists():
        raise BadInput(Problem(f"there is no run '{run_id}': no run was ever done here.", str(workspace.folder)))
    return Store(settings)


def _ledger(store: Store) -> _Ledger:
    return _Ledger(recorded_runs(store), landing_runs(store), undoings_in_force(store))


def _chosen(
    workspace: Workspace, store: Store, ledger: _Ledger, run_id: str, processes: Sequence[str]
) -> tuple[str, ...]:
    """The processes of a run that are meant; `BadInput` where it is no run that can be undone or redone."""
    known = sorted({*(row.run_id for row in ledger.runs), *ledger.others})
    if run_id not in known:
        near = difflib.get_close_matches(run_id, known, n=3, cutoff=0.5) or known[-3:]
        raise BadInput(
            Problem(
                f"there is no run '{run_id}'.",
                "",
                f"The nearest: {', '.join(near)}. All: asrun runs" if near else "No run was ever done here.",
            )
        )
    taken_back = [row.undoes for row in ledger.runs if row.run_id == run_id and row.undoes is not None]
    taken_back += [each.run_id for each in ledger.undone if each.undo_id == run_id]
    if taken_back:
        raise BadInput(
            Problem(
                f"run {run_id} is itself an asrun undo or redo, of run {taken_back[0]}.",
                "",
                f"Use asrun undo {taken_back[0]} or asrun redo {taken_back[0]}",
            )
        )
    of_run = {row.process for row in ledger.runs if row.run_id == run_id}
    of_run |= {load.process for load in run_loads(store, run_id)}
    for process in processes:
        if process not in of_run:
            workspace.process(process)
            raise BadInput(
                Problem(f"run {run_id} was not about process '{process}'.", "", f"About: {', '.join(sorted(of_run))}.")
            )
    # each must be there to be derived anew
    return tuple(workspace.process(process).name for process in sorted(processes or of_run))


def _nothing_to_take_back(ledger: _Ledger, run_id: str, processes: Sequence[str]) -> Problem:
    rows = [row for row in ledger.runs if row.run_id == run_id and row.process in processes]
    if any(row.rows_landed for row in rows):
        return Problem(
            f"run {run_id} is from before 0.3.0, which kept no record of what a run changed.",
            "",
            "Take its files out of the source's folder, and run again.",
        )
    return Problem(
        f"run {run_id} brought no load and put none out: there is nothing of it to take back.",
        "",
        "What it derived otherwise came from the workspace's files: take the change back there, and run again.",
    )


def plans_after(
    workspace: Workspace, steps: Sequence[StepBack], night: Night, *, why: str, environ: Mapping[str, str]
) -> Iterator[tuple[Plan, Night]]:
    """The plans that derive and publish what the loads say now; one for each instant that processes are judged at.

    Each is made when it is its turn. The sources are not looked at: what came meanwhile waits for the next night.
    """
    instants = list(dict.fromkeys(step.as_of for step in steps))
    for as_of in instants:
        names = [step.process for step in steps if step.as_of == as_of]
        yield (
            make_plan(workspace, processes=names, as_of=as_of, environ=environ, landed_as_is=why),
            replace(night, as_of=as_of),
        )
