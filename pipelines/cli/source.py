"""`asrun source`: looking at a source before a night does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.cli.console import err, out, plain, safe

if TYPE_CHECKING:
    from pipelines.live.trial import SourceTrial

source_app = typer.Typer(name="source", no_args_is_help=True, help="Look at a source before a night does.")
_MOST_SIGNS = 60


@source_app.callback()
def _source() -> None:
    """Keeps `test` a command of its own."""


@source_app.command("test", epilog="Example: asrun source test service_desk tickets -w desk")
def source_test(
    process: Annotated[str, typer.Argument(metavar="PROCESS")],
    source: Annotated[str | None, typer.Argument(metavar="[SOURCE]")] = None,
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default="the current folder")
    ] = Path(),
) -> None:
    """Connect, show ten rows, the mapping that they suggest, and what of yours is missing. Nothing is landed."""
    from pipelines.errors import BadInput, Problem
    from pipelines.live.trial import try_source
    from pipelines.workspace.load import load_workspace

    loaded = load_workspace(workspace)
    chosen = loaded.process(process)
    problems: list[Problem] = []
    is_missing = False
    for name in [source] if source is not None else list(chosen.file.sources):
        try:
            trial = try_source(chosen, name, workspace=loaded.folder, environ=os.environ)
        except BadInput as error:
            problems.extend(error.problems)
            continue
        _show(trial)
        is_missing = is_missing or bool(trial.missing)
    if problems:
        raise BadInput(*problems)
    if is_missing:
        raise typer.Exit(2)


def _show(trial: SourceTrial) -> None:
    looked = f"{trial.rows:,} rows, all there are" if trial.is_whole else f"the first {trial.rows:,} rows"
    out.print(f"[bold]{safe(trial.source)}[/bold] {safe(trial.locator)}: {looked}", highlight=False)
    table = Table(header_style="bold")
    for column in trial.columns:
        table.add_column(Text(plain(column)))
    for row in trial.first_rows:
        table.add_row(*(Text("" if value is None else _short(value)) for value in row))
    out.print(table)
    out.print("What the rows suggest:", highlight=False)
    out.print(safe(trial.proposal), highlight=False)
    for absent in trial.missing:
        near = f" (did you mean '{absent.nearest}'?)" if absent.nearest else ""
        err.print(f"[red]missing[/red] the mapping names '{safe(absent.name)}'{safe(near)}", highlight=False)
    if trial.unmapped:
        named = ", ".join(trial.unmapped)
        out.print(f"[bold]new[/bold] not in your mapping: {safe(named)}", highlight=False)
    if not trial.missing:
        out.print("Every column that your mapping names is there.", highlight=False)


def _short(value: str) -> str:
    text = plain(value).replace("\n", " ").replace("\t", " ")
    return text if len(text) <= _MOST_SIGNS else f"{text[: _MOST_SIGNS - 3]}..."
