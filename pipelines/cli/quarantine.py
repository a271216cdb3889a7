"""`asrun quarantine`: what could not be used, and how it gets in after all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli.console import out, safe
from pipelines.clock import clock
from pipelines.errors import BadInput, Problem
from pipelines.workspace.load import load_workspace

if TYPE_CHECKING:
    from warehouse.gates.replay import Choice

quarantine = typer.Typer(no_args_is_help=True, help="Rows that could not be used: list them, let held ones in.")

_WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default="the current folder")
]


@quarantine.command("list", epilog="Example: asrun quarantine list service_desk --reason future --format csv")
def list_rows(
    process: Annotated[str | None, typer.Argument(metavar="[PROCESS]")] = None,
    workspace: _WorkspaceOption = Path(),
    reason: Annotated[str | None, typer.Option(help="Of this reason only, for example future.")] = None,
    form: Annotated[Literal["table", "csv", "json"], typer.Option("--format", help="Form of the result.")] = "table",
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 1_000,
    replayed: Annotated[bool, typer.Option("--replayed", help="Also those that were let in since.")] = False,
) -> None:
    """List held, rejected and unreadable rows as of the last published night: reason, file, row, column, value."""
    from pipelines.cli.tables import table_view
    from warehouse.reading.adhoc import table_text
    from warehouse.reading.quarantine import quarantined

    loaded = load_workspace(workspace)
    if process is not None:
        loaded.process(process)
    table = quarantined(
        loaded.path(loaded.settings.warehouse.snapshot),
        process=process,
        reason=reason,
        with_replayed=replayed,
        most_rows=limit,
    )
    if form == "table":
        out.print(table_view(table))
    else:
        sys.stdout.write(table_text(table, form=form))


@quarantine.command(epilog="Example: asrun quarantine replay service_desk --reason floor")
def replay(
    process: Annotated[str, typer.Argument(metavar="PROCESS")],
    workspace: _WorkspaceOption = Path(),
    reason: Annotated[str | None, typer.Option(help="Rows that this gate holds.")] = None,
    load: Annotated[int | None, typer.Option(help="Rows of this load.")] = None,
    row: Annotated[str | None, typer.Option(metavar="LOAD:ROW", help="This row alone.")] = None,
    all_rows: Annotated[bool, typer.Option("--all", help="Every row that is held.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Let them in as they are, whatever the gates say.")] = False,
) -> None:
    """Judge held rows again by the present gates and let in those that pass; the next run takes them in."""
    from pipelines.planning.alone import alone
    from pipelines.planning.night import new_night
    from pipelines.quality.replaying import replay_rows

    loaded = load_workspace(workspace)
    loaded.process(process)
    choice = _choice(reason, load, row, all_rows=all_rows)
    with alone(loaded):
        night = new_night(loaded, as_of=None, clock=clock)
        done = replay_rows(loaded, process, choice, accept=accept, run_id=night.run_id, replayed_at=night.started_at)
    out.print(f"{done.rows:,} rows of {done.cases:,} cases are let in.", highlight=False)
    for gate, rows in done.staying:
        out.print(f"{rows:,} rows stay: the gate {safe(gate)} still holds them (--accept lets them in).")
    if done.gone:
        out.print(f"{done.gone:,} rows belong to loads that are no longer part of their source.", highlight=False)
    for rejected in done.rejected:
        out.print(
            f"{rejected.rows:,} rows were set aside as {safe(rejected.reason)}: they go in by themselves when the "
            "mapping, or the source, is mended.",
            highlight=False,
        )
    if done.rows:
        out.print(f"Take them in with: asrun run {safe(process)}", highlight=False)


def _choice(reason: str | None, load: int | None, row: str | None, *, all_rows: bool) -> Choice:
    from warehouse.gates.replay import Choice

    if row is not None:
        parts = row.split(":")
        if len(parts) != 2 or not all(part.isdecimal() for part in parts):
            raise BadInput(Problem(f"--row: '{row}' names no row.", "", "Write LOAD:ROW, for example 3:1207."))
        return Choice(reason=reason, load_id=int(parts[0]), row_number=int(parts[1]))
    if reason is None and load is None and not all_rows:
        raise BadInput(Problem("which rows are meant?", "", "Give --reason, --load, --row LOAD:ROW or --all."))
    return Choice(reason=reason, load_id=load)
