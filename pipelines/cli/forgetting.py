"""`asrun forget`: somebody out of every file of the workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import TerminalObserver, err, out, print_problems, safe
from pipelines.clock import clock
from pipelines.errors import BadInput, Problem
from pipelines.workspace.load import load_workspace

if TYPE_CHECKING:
    from pipelines.forgetting import Found

_HELP = """Remove somebody's rows everywhere: landed rows, figures, reports, the snapshot and all kept snapshots.

By CASE: all rows of the cases. By --resource: the events that the resource did, so that their cases look shorter than
they were; with --name-only the events stay and the name is taken off them (in a wide table --resource empties the
steps, --name-only the names). The text may also stand in other columns, such as a comment: how often is told, and
--everywhere blanks it there.

What is removed can't be brought back, and does not come back: a keyed hash keeps later deliveries from bringing the
case or the resource again (not from naming them within a longer text). The table `forgotten` says how much went, never
who. Your own source files are not touched.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=_HELP, epilog="Example: asrun forget service_desk T-00017 --yes")(forget)


def forget(
    process: Annotated[str, typer.Argument(metavar="PROCESS")],
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="Cases by their ids.")] = None,
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default="the current folder")
    ] = Path(),
    resource: Annotated[
        str | None, typer.Option("--resource", help="A resource by its name, instead of cases.")
    ] = None,
    name_only: Annotated[bool, typer.Option("--name-only", help="Keep the events of the resource, nameless.")] = False,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Blank the text in all other columns.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
) -> None:
    """See `_HELP`."""
    from pipelines.forgetting import Whom, look_for
    from pipelines.forgetting import forget as forget_them
    from pipelines.planning.alone import alone

    loaded = load_workspace(workspace)
    whom = Whom(process, tuple(cases or ()), resource, name_only=name_only, everywhere=everywhere)
    with alone(loaded):
        found = look_for(loaded, whom)
        for line in told(found):
            out.print(safe(line), highlight=False)
        if not yes:
            if not sys.stdin.isatty():
                raise BadInput(Problem("nothing was changed: this can't be undone.", "", "Say --yes to do it."))
            if not typer.confirm("Remove this for good?"):
                raise typer.Exit(1)
        with TerminalObserver() as observer:
            done = forget_them(loaded, whom, found, environ=os.environ, clock=clock, observer=observer)
    out.print(f"Forgotten; {len(done.files)} files were written afresh.", highlight=False)
    if found.landing.locators:
        out.print("Your own files still hold them; asrun does not touch those:", highlight=False)
        for locator in found.landing.locators:
            out.print(f"  {safe(locator)}", highlight=False)
    if done.problems:
        print_problems(done.problems)
        err.print(
            "The rows are gone from every file, but the figures could not be derived anew; mend that and say "
            "asrun forget once more, the same way."
        )
        raise typer.Exit(1)


def told(found: Found) -> list[str]:
    """What there is, in words."""
    what = {
        "case": "rows are removed",
        "resource": "rows are removed (in wide tables, their steps)",
        "name": "rows lose the name and stay",
    }[found.erasure.kind]
    lines = [
        f"{found.landing.rows:,} landed rows in {found.landing.cases:,} cases, "
        f"{found.figures.events:,} events in the figures: the {what}.",
        f"{len(found.snapshots)} snapshots are written afresh.",
    ]
    if found.landing.unreadable:
        lines.append(f"{found.landing.unreadable:,} unreadable rows name them: their text is blanked.")
    if found.landing.other_rows:
        blanked = "and is blanked there" if found.erasure.everywhere else "and stays there; --everywhere blanks it"
        lines.append(f"The text occurs in {found.landing.other_rows:,} other landed rows {blanked}.")
    if found.was_cut_off:
        lines.append("An earlier forgetting of this process was cut off; this one completes it if it is the same.")
    return lines
