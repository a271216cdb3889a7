"""`asrun runs`, `asrun undo`, `asrun redo`, `asrun compact`: looking after what nights have done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import err, out, print_plan, safe
from pipelines.cli.nights import carry_out_plan, stopping_in_words
from pipelines.clock import clock

if TYPE_CHECKING:
    from pipelines.planning.undo import StepBack
    from pipelines.stages.outcome import Night
    from pipelines.workspace.load import Workspace
    from warehouse.mart.ledger import LedgerRow

_WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default="the current folder")
]
_ProcessOption = Annotated[list[str] | None, typer.Option("--process", help="Of this process only; may be repeated.")]
_RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Identifier of a run, as asrun runs lists it.")]
_YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
_DirectOption = Annotated[bool, typer.Option("--direct", help="Without Prefect.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog="Example: asrun runs -w desk --process service_desk")(runs)
    app.command(epilog="Example: asrun undo 20260930T020000.000000Z -w desk")(undo)
    app.command(epilog="Example: asrun redo 20260930T020000.000000Z -w desk")(redo)
    app.command(epilog="Example: asrun compact -w desk")(compact)


def runs(
    workspace: _WorkspaceOption = Path(),
    process: _ProcessOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the last ones.")] = 30,
) -> None:
    """List the runs: process, when, status, rows landed, cases touched, and which are undone."""
    from pipelines.planning.alone import alone
    from pipelines.planning.read_runs import all_runs
    from pipelines.store_settings import store_settings
    from pipelines.workspace.load import load_workspace

    loaded = load_workspace(workspace)
    chosen = {loaded.process(name).name for name in process or ()}
    rows: tuple[LedgerRow, ...] = ()
    if store_settings(loaded).landing.exists():
        # the store is open for a moment: a night that began just then would find it held
        with alone(loaded):
            rows = all_runs(loaded)
    rows = tuple(row for row in rows if not chosen or row.process in chosen)
    if not rows:
        out.print("No run was done yet.")
        return
    told = [("run", "process", "began (UTC)", "status", "rows", "cases", "undone, undoing")]
    for row in rows[-limit:]:
        what = f"of {row.undoes}" if row.undoes is not None else ""
        what = f"by {row.undone_by}" if row.undone_by is not None else what
        told.append(
            (
                row.run_id,
                row.process,
                f"{row.started_at:%Y-%m-%d %H:%M}" if row.started_at is not None else "",
                row.status,
                f"{row.rows_landed:,}" if row.rows_landed is not None else "",
                f"{row.cases_touched:,}" if row.cases_touched is not None else "",
                what,
            )
        )
    # lines and no table: an id that a narrow terminal cuts is of no use, for undo and redo take it
    widths = [max(map(len, column)) for column in zip(*told, strict=True)]
    for line in told:
        cells = (
            cell.rjust(width) if place in {4, 5} else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        out.print(safe("  ".join(cells).rstrip()), highlight=False)


def undo(
    run: _RunArgument,
    workspace: _WorkspaceOption = Path(),
    process: _ProcessOption = None,
    yes: _YesOption = False,
    direct: _DirectOption = False,
) -> None:
    """Go back to the state before a run: its loads stay known and stay out, the facts are derived anew."""
    _step_back(run, workspace, process or (), yes=yes, direct=direct, back=True)


def redo(
    run: _RunArgument,
    workspace: _WorkspaceOption = Path(),
    process: _ProcessOption = None,
    yes: _YesOption = False,
    direct: _DirectOption = False,
) -> None:
    """Take the undoing of a run back."""
    _step_back(run, workspace, process or (), yes=yes, direct=direct, back=False)


def _step_back(run: str, folder: Path, processes: Sequence[str], *, yes: bool, direct: bool, back: bool) -> None:
    from pipelines.planning import undo as undoing
    from pipelines.planning.alone import alone
    from pipelines.planning.night import new_night
    from pipelines.workspace.load import load_workspace

    loaded = load_workspace(folder)
    with stopping_in_words(), alone(loaded):
        find = undoing.plan_undo if back else undoing.plan_redo
        steps = find(loaded, run, processes=processes)
        _tell(steps, back=back)
        if not yes and not typer.confirm(f"{'Undo' if back else 'Redo'} run {run}?"):
            out.print("Nothing was changed.")
            raise typer.Exit(1)
        night = new_night(loaded, as_of=None, clock=clock, undoes=run)
        (undoing.undo if back else undoing.redo)(night, run, steps)
        is_good = _derive(
            loaded, steps, night=night, direct=direct, why=f"run {run} is {'undone' if back else 'redone'}"
        )
    if not is_good:
        raise typer.Exit(1)


def _tell(steps: Sequence[StepBack], *, back: bool) -> None:
    for step in steps:
        as_of = "the latest event" if step.as_of is None else f"{step.as_of:%Y-%m-%d %H:%M} UTC"
        out.print(f"[bold]{safe(step.process)}[/bold]: judged as of {as_of}", highlight=False)
        for load in step.loads:
            comes = load.was_current if back else load.left_current
            what = "comes back" if comes else "is set aside"
            out.print(f"  load {load.load_id} of {safe(load.source)} ({safe(load.locator)}) {what}", highlight=False)


def _derive(loaded: Workspace, steps: Sequence[StepBack], *, night: Night, direct: bool, why: str) -> bool:
    """Derive and publish what the loads say now, by the plan of any night; processes judged at one instant together."""
    from pipelines.planning.undo import plans_after

    is_good = True
    for made, part in plans_after(loaded, steps, night, why=why, environ=os.environ):
        print_plan(made)
        if not made.is_empty:
            is_good = carry_out_plan(made, part, direct=direct, clock=clock) and is_good
    return is_good


def compact(workspace: _WorkspaceOption = Path()) -> None:
    """Write the working files anew without dead rows; facts and snapshot stay as they are."""
    from pipelines.planning.alone import alone
    from pipelines.store_settings import store_settings
    from pipelines.workspace.load import load_workspace
    from warehouse.compact import compact_store

    loaded = load_workspace(workspace)
    settings = store_settings(loaded)
    if not settings.landing.exists():
        err.print("There is nothing to compact: no run was done yet.")
        return
    with alone(loaded):
        for done in compact_store(settings):
            saved = done.bytes_before - done.bytes_after
            out.print(
                f"{safe(str(done.path))}: {done.bytes_before / 1e6:,.1f} MB before, {done.bytes_after / 1e6:,.1f} MB "
                f"after ({saved:,} bytes given back)",
                highlight=False,
            )
