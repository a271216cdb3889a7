"""The commands that ask a snapshot: explain, query, schema, export, snapshots; the present one or that of a day."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from pipelines.cli.console import out, safe
from pipelines.errors import BadInput, Problem
from pipelines.store_settings import archive_settings
from pipelines.workspace.load import Workspace, load_workspace

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default="the current folder")
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="DAY", help="Ask the snapshot in force at the end of this day (2026-11-03)."),
]
HERE = Path()


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog="Example: asrun explain road_fines A1 --language zh")(explain)
    app.command(
        epilog='Example: asrun query "SELECT state, count(*) FROM cases GROUP BY ALL" --output states.csv; '
        "asrun query --examples; asrun query --example 3"
    )(query)
    app.command(epilog="Example: asrun schema hotspots; asrun schema --html dictionary.html")(schema)
    app.command(epilog="Example: asrun export cases deviations --output desk.xlsx")(export)
    app.command(epilog="Example: asrun snapshots -w desk")(snapshots)


def snapshot_path(loaded: Workspace, at: str | None = None) -> Path:
    """The published snapshot of a workspace, or the one that was in force at the end of a day of its time zone."""
    snapshot = loaded.path(loaded.settings.warehouse.snapshot)
    if at is None:
        return snapshot
    try:
        day = date.fromisoformat(at)
    except ValueError as error:
        raise BadInput(Problem(f"'{at}' is not a day.", "--at", "Write it as 2026-11-03.")) from error
    if not 1900 <= day.year <= 2200:
        raise BadInput(Problem(f"'{at}' lies outside the years 1900 to 2200.", "--at", "Write it as 2026-11-03."))
    from warehouse.archive import snapshot_of_day

    settings = archive_settings(loaded)
    return snapshot_of_day(snapshot, settings.folder, day, time_zone=settings.time_zone).path


def explain(
    process: Annotated[str, typer.Argument(metavar="PROCESS")],
    case: Annotated[str, typer.Argument(metavar="CASE")],
    workspace: WorkspaceOption = HERE,
    language: Annotated[Literal["en", "zh"] | None, typer.Option(help="en or zh.")] = None,
    at: AtOption = None,
    names: Annotated[bool, typer.Option("--names", help="Name people, whatever the workspace says.")] = False,
) -> None:
    """Tell a case: its timeline beside its alignment and its deviations."""
    from pipelines.explain import explain_case, render_story
    from pipelines.report.people import names_shown

    loaded = load_workspace(workspace)
    story = explain_case(snapshot_path(loaded, at), process, case)
    shown = "person" if names else names_shown(loaded, process)
    out.print(render_story(story, language=language or loaded.settings.languages[0], names=shown))


def query(
    sql: Annotated[str | None, typer.Argument(metavar="[SQL]", help="One SELECT on the snapshot.")] = None,
    workspace: WorkspaceOption = HERE,
    form: Annotated[
        Literal["table", "csv", "json", "parquet"] | None, typer.Option("--format", help="Form of the result.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    show_examples: Annotated[bool, typer.Option("--examples", help="List twenty worked queries.")] = False,
    example: Annotated[str | None, typer.Option(help="Run a worked query, by its number or name.")] = None,
    process: Annotated[str | None, typer.Option(help="The process that worked queries ask about.")] = None,
    at: AtOption = None,
) -> None:
    """Ask the published snapshot."""
    from pipelines.cli.tables import examples_view, table_view
    from warehouse.reading.adhoc import run_query, table_text, write_table
    from warehouse.reading.examples import example_of, examples

    if sum((sql is not None, show_examples, example is not None)) != 1:
        raise BadInput(Problem("expected a query, --examples or --example.", "", 'Try: asrun query "FROM processes"'))
    if show_examples and not (workspace / "asrun.toml").is_file():
        out.print(examples_view(examples(), process or "my_process"))
        return
    loaded = load_workspace(workspace)
    if process is not None:
        loaded.process(process)
    about = process or loaded.processes[0].name
    if show_examples:
        out.print(examples_view(examples(), about))
        return
    snapshot = snapshot_path(loaded, at)
    if example is not None:
        chosen = example_of(example)
        result = run_query(snapshot, chosen.sql, {"process": about})
        if form in {None, "table"} and output is None:
            out.print(f"{chosen.number}. {chosen.question_en} {chosen.question_zh}", highlight=False, markup=False)
    else:
        result = run_query(snapshot, sql or "")
    if output is not None:
        write_table(result, output, form=None if form in {None, "table"} else form)  # type: ignore[arg-type]
        out.print(f"{result.num_rows:,} rows in {escape(str(output))}", highlight=False)
    elif form in {"csv", "json"}:
        sys.stdout.write(table_text(result, form=form))
    elif form == "parquet":
        raise BadInput(Problem("Parquet goes to a file.", "--format", "Name one with --output FILE."))
    else:
        out.print(table_view(result))


def schema(
    table: Annotated[str | None, typer.Argument(metavar="[TABLE]", help="A table, a view or a macro.")] = None,
    workspace: WorkspaceOption = HERE,
    html: Annotated[Path | None, typer.Option("--html", help="Write the whole data dictionary to this file.")] = None,
    at: AtOption = None,
) -> None:
    """Print the tables and macros of the snapshot, or one of them, with what they mean."""
    from pipelines.cli.tables import schema_view
    from warehouse.reading.schema import macros_of, schema_of

    loaded = load_workspace(workspace)
    snapshot = snapshot_path(loaded, at)
    if html is not None:
        from pipelines.report.write import write_dictionary

        written = write_dictionary(snapshot, html, languages=loaded.settings.languages)
        out.print(escape(str(written)), highlight=False)
        return
    out.print(schema_view(schema_of(snapshot), macros_of(snapshot), table))


def export(
    what: Annotated[list[str], typer.Argument(metavar="TABLE|SQL...", help="Tables by name, or queries.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A .parquet, .csv or .xlsx file, or a folder.")],
    workspace: WorkspaceOption = HERE,
    form: Annotated[
        Literal["parquet", "csv", "xlsx"] | None, typer.Option("--format", help="Form of the files in a folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    at: AtOption = None,
) -> None:
    """Write tables or queries of the snapshot to files, without formulas and whole or not at all."""
    from warehouse.reading.export import export as export_tables

    loaded = load_workspace(workspace)
    done = export_tables(
        snapshot_path(loaded, at), what, output, form=form, time_zone=loaded.settings.time_zone, force=force
    )
    for each in done:
        rows = ", ".join(f"{name}: {count:,} rows" for name, count in each.rows)
        notes = f" ({'; '.join(each.notes)})" if each.notes else ""
        out.print(f"{safe(str(each.path))}  {safe(rows)}{safe(notes)}", highlight=False)


def snapshots(workspace: WorkspaceOption = HERE) -> None:
    """List the snapshots that are kept, with the day for which each answers."""
    from pipelines.cli.tables import snapshots_view
    from warehouse.archive import kept_snapshots

    loaded = load_workspace(workspace)
    settings = archive_settings(loaded)
    kept = kept_snapshots(snapshot_path(loaded), settings.folder)
    out.print(snapshots_view(kept, settings))
