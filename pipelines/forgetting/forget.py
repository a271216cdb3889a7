"""Forgetting: landing first, then every file that derives from it, then the figures anew.

The order makes it safe to be cut off: the removal is noted in landing in the transaction that removes the rows, and
running it again does whatever is not done. Until then a night derives its figures from rows without the person.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.compiling.process import process_spec
from pipelines.errors import Problem
from pipelines.forgetting.look import Found, Whom, kept_snapshots
from pipelines.planning.execute import Observer, RunResult, execute
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.planning.stage import Plan
from pipelines.sources.leftovers import remove_staging
from pipelines.store_settings import store_settings
from pipelines.workspace.load import Workspace
from warehouse.erasure import Erasure
from warehouse.landing.forgetting import drop_changes, finish_forgetting, forget_in_landing
from warehouse.landing.removing import rewriting_is_done
from warehouse.log.carried import remove_carried
from warehouse.mart.erasing import erase, note_forgotten
from warehouse.mart.forgotten import removals
from warehouse.mart.restore import mark_unfinished
from warehouse.rewriting import rewrite_file
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of it: the files written afresh, and what kept the figures from being derived anew."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...]


def forget(
    workspace: Workspace,
    whom: Whom,
    found: Found,
    *,
    environ: Any,
    clock: Callable[[], datetime],
    observer: Observer,
) -> Forgotten:
    """Remove somebody from every file of the workspace and derive the process anew; call it alone with the warehouse.

    `found` is what `look_for` found. Landing's rows go and a keyed hash of the person stays, so that later deliveries
    don't bring them back; landing, mart, the published and all kept snapshots are written afresh, so that no byte stays
    in free blocks; the reports are built again. Raises `WarehouseError` where a file can't be written; run it again
    then. Cost: every file is read and written once, and a full refresh of the process.
    """
    settings = store_settings(workspace)
    process = workspace.process(whom.process)
    erasure = found.erasure
    with Store(settings) as store:
        if found.landing.rows or found.landing.unreadable or (erasure.everywhere and found.landing.other_rows):
            forget_in_landing(
                store,
                process_spec(process),
                erasure,
                at=clock(),
                cases=max(found.figures.cases, found.landing.cases),
                events=found.figures.events,
            )
        # whatever happens from here on, nobody publishes this mart before the process is derived anew
        mark_unfinished(store, process.name, run_id="forget")
        ledger = removals(store)
    change = functools.partial(_without, erasure=erasure, ledger=ledger)
    files = [settings.mart, *kept_snapshots(workspace)]
    for path in files:
        rewrite_file(path, change=change, memory_limit=settings.memory_limit)
    _remove_leftovers(workspace, process.name)
    with Store(settings) as store:
        rewriting_is_done(store)  # landing's turn comes below, when nothing more is to be noted in it
    problems = _derive_anew(workspace, process.name, environ=environ, clock=clock, observer=observer)
    _remove_leftovers(workspace, None)
    if not problems:
        with Store(settings) as store:
            drop_changes(store, erasure)
    rewrite_file(settings.landing, memory_limit=settings.memory_limit)
    if not problems:
        with Store(settings) as store:
            finish_forgetting(store, process.name, at=clock())
    return Forgotten((settings.landing, *files), problems)


def _without(connection: Any, *, erasure: Erasure, ledger: list[tuple[Any, ...]]) -> None:
    erase(connection, "changing", erasure)
    note_forgotten(connection, "changing", ledger)


def _derive_anew(
    workspace: Workspace,
    process: str,
    *,
    environ: Any,
    clock: Callable[[], datetime],
    observer: Observer,
) -> tuple[Problem, ...]:
    """Everything of a process from its landed rows, published and reported; nothing new is pulled."""
    plan = without_pull(make_plan(workspace, processes=(process,), environ=environ, full_refresh=True))
    problems = [problem for refusal in plan.refusals for problem in refusal.problems]
    night = new_night(workspace, as_of=plan.as_of, clock=clock)
    result: RunResult = execute(plan, night, observer=observer, clock=clock)
    problems += [problem for done in result.processes for problem in done.problems]
    return tuple(dict.fromkeys(problems))


def without_pull(plan: Plan) -> Plan:
    """The same plan on the rows that are landed already."""
    return replace(plan, stages=tuple(stage for stage in plan.stages if stage.name != "pull"))


def _remove_leftovers(workspace: Workspace, process: str | None) -> None:
    """What nights that were cut off left, and the page of the process, which is built again."""
    settings = store_settings(workspace)
    remove_staging(settings.landing.parent)
    remove_carried(settings.mart)
    for folder in {settings.mart.parent, workspace.path(workspace.settings.warehouse.snapshot).parent}:
        shutil.rmtree(folder / "spill", ignore_errors=True)
        for stray in (*folder.glob("*.duckdb.new"), *folder.glob("*.duckdb.new.wal")):
            stray.unlink(missing_ok=True)
    pages = workspace.path(workspace.settings.report.folder)
    if process is not None and pages.is_dir():
        for page in (*pages.glob(f"{process}.html"), *pages.glob(f".{process}.html.*")):
            page.unlink(missing_ok=True)
