"""The `asrun` command: one function a command, each a thin layer over a plain function."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from mining.errors import MiningError
from pipelines.cli import asking, forgetting, runs
from pipelines.cli.asked import asked_instant, asked_interval, asked_wait
from pipelines.cli.console import err, out, print_notes, print_plan, print_problems, safe
from pipelines.cli.nights import carry_out_plan, stopping_in_words
from pipelines.cli.quarantine import quarantine
from pipelines.cli.source import source_app
from pipelines.clock import clock
from pipelines.errors import BadInput, Problem
from pipelines.planning.stage import Plan, StageName
from pipelines.telling import is_stop, problems_of
from pipelines.workspace.cron import checked_cron
from pipelines.workspace.load import Workspace, load_workspace
from warehouse.errors import QuestionError, WarehouseError
from warehouse.specification import Interval

app = typer.Typer(
    name="asrun",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=(
        "Process mining for service organisations, run every night: the designed standard held against "
        "what was done.\n\n"
        "Exit codes: 0 done, 1 a run failed, 2 bad input."
    ),
)

asking.register(app)
app.add_typer(source_app)
app.add_typer(quarantine, name="quarantine")

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default="the current folder")
]
HERE = Path()


runs.register(app)

_ProcessOption = Annotated[
    list[str] | None, typer.Option("--process", help="The same as the argument; may be repeated.")
]
_StageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--stage",
        help="Only this stage, anew, with what hangs on it: shape, discover, judge, hotspots, "
        "publish or report; may be repeated.",
    ),
]
_SinceOption = Annotated[
    str | None,
    typer.Option(
        help="Derive anew the cases with events from this instant on, and ask live sources for it again; "
        "without an offset: of the process's time zone."
    ),
]
_UntilOption = Annotated[
    str | None, typer.Option(help="Only what lies before this instant; alone: all that lies before it.")
]


@app.command(epilog="Example: asrun init desk --data exports/tickets.csv")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new workspace.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="A file to look at: its mapping is proposed, with the reasons.")
    ] = None,
    process: Annotated[str, typer.Option(help="Name of the process that --data brings.")] = "my_process",
    time_zone: Annotated[str, typer.Option(help="Zone of instants without an offset.")] = "UTC",
) -> None:
    """Make a workspace: a small commented example, or a mapping proposed from a file of yours."""
    from pipelines.starting import start_workspace

    for line in start_workspace(folder, data=data, process=process, time_zone=time_zone):
        out.print(safe(line), highlight=False)


@app.command(epilog="Example: asrun check -w desk")
def check(workspace: WorkspaceOption = HERE) -> None:
    """Tell everything that is wrong in a workspace at once, with file and line."""
    from pipelines.checking import check_workspace, told

    report = check_workspace(workspace, environ=os.environ)
    for line in (*report.notes, *(line for drawing in report.drawings for line in told(drawing))):
        out.print(safe(line), highlight=False)
    for warning in report.warnings:
        err.print(f"[yellow]warning[/yellow] {safe(str(warning))}", highlight=False)
    if report.problems:
        print_problems(report.problems)
        err.print(f"{len(report.problems)} problems")
        raise typer.Exit(2)
    out.print("No problems.")


@app.command(epilog="Example: asrun plan -w desk --stage judge")
def plan(
    processes: Annotated[list[str] | None, typer.Argument(metavar="[PROCESS]...")] = None,
    workspace: WorkspaceOption = HERE,
    process: _ProcessOption = None,
    as_of: Annotated[str | None, typer.Option(help="Judge as of this instant.")] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Derive everything anew.")] = False,
    stage: _StageOption = None,
    since: _SinceOption = None,
    until: _UntilOption = None,
) -> None:
    """Print what a run would do, and why."""
    from pipelines.planning.alone import alone
    from pipelines.store_settings import store_settings

    loaded = load_workspace(workspace)
    asked = _asked(loaded, (*(processes or ()), *(process or ())), as_of, full_refresh, stage, since, until)
    # the plan has the store open for a moment: a night that wanted it just then would fail
    with alone(loaded) if store_settings(loaded).mart.exists() else nullcontext():
        made = asked.plan(loaded)
    print_plan(made)
    if made.refusals:
        for refusal in made.refusals:
            print_problems(refusal.problems)
        raise typer.Exit(2)


@app.command(epilog="Example: asrun run -w desk service_desk --direct")
def run(
    processes: Annotated[list[str] | None, typer.Argument(metavar="[PROCESS]...")] = None,
    workspace: WorkspaceOption = HERE,
    process: _ProcessOption = None,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Judge as of this instant.")] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Derive everything anew.")] = False,
    stage: _StageOption = None,
    since: _SinceOption = None,
    until: _UntilOption = None,
    wait: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Wait so long for another run to end, for example 2h.")
    ] = None,
) -> None:
    """Do the nightly job once."""
    loaded = load_workspace(workspace)
    asked = _asked(loaded, (*(processes or ()), *(process or ())), as_of, full_refresh, stage, since, until)
    if not _run(loaded, asked, direct=direct, wait=asked_wait(wait)):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What plan and run were asked for."""

    processes: tuple[str, ...] = ()
    as_of: datetime | None = None
    full_refresh: bool = False
    stages: tuple[StageName, ...] = ()
    interval: Interval | None = None

    def plan(self, loaded: Workspace) -> Plan:
        """The plan for it."""
        from pipelines.planning.make_plan import make_plan

        return make_plan(
            loaded,
            processes=self.processes,
            as_of=self.as_of,
            environ=os.environ,
            full_refresh=self.full_refresh,
            stages=self.stages,
            interval=self.interval,
        )


def _asked(
    loaded: Workspace,
    processes: tuple[str, ...],
    as_of: str | None,
    full_refresh: bool,
    stages: list[str] | None,
    since: str | None,
    until: str | None,
) -> _Asked:
    from pipelines.planning.choosing import stage_names

    if full_refresh and stages:
        raise BadInput(Problem("--full-refresh does every stage anew, --stage only some.", "", "Give one of the two."))
    return _Asked(
        processes=tuple(dict.fromkeys(processes)),
        as_of=asked_instant("--as-of", as_of, loaded),
        full_refresh=full_refresh,
        stages=stage_names(stages or ()),
        interval=asked_interval(since, until, loaded),
    )


def _run(loaded: Workspace, asked: _Asked, *, direct: bool, wait: timedelta = timedelta(0)) -> bool:
    """Plan and carry out; whether all went well."""
    from pipelines.planning.alone import alone
    from pipelines.planning.night import new_night

    with stopping_in_words(), alone(loaded, wait=wait, tell=lambda message: err.print(safe(message), highlight=False)):
        made = asked.plan(loaded)
        if made.is_empty:
            print_plan(made)
            return True
        print_notes(made)
        return carry_out_plan(made, new_night(loaded, as_of=asked.as_of, clock=clock), direct=direct, clock=clock)


@app.command(epilog="Example: asrun serve -w desk")
def serve(
    workspace: WorkspaceOption = HERE,
    cron: Annotated[str | None, typer.Option(help="Instead of the schedule in asrun.toml.")] = None,
) -> None:
    """Stay and run the night on its schedule."""
    loaded = load_workspace(workspace)
    try:
        schedule = checked_cron(cron) if cron is not None else loaded.settings.schedule.cron
    except ValueError as error:
        raise BadInput(*(Problem(f"{line}.", "--cron") for line in str(error).split("\n"))) from error
    from pipelines.flows.quiet import settle_prefect

    settle_prefect()
    from pipelines.flows.scheduled import serve_nights

    out.print(f"Serving {loaded.folder.resolve()}: {schedule} ({loaded.settings.time_zone}). Stop with Ctrl+C.")
    serve_nights(loaded, cron=schedule)


@app.command(epilog="Example: asrun report -w desk service_desk --open")
def report(
    process: Annotated[str | None, typer.Argument(metavar="[PROCESS]")] = None,
    workspace: WorkspaceOption = HERE,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Build the reports from the published snapshot again, and say where they lie."""
    from pipelines.report.people import names_of
    from pipelines.report.write import write_reports

    loaded = load_workspace(workspace)
    if process is not None:
        loaded.process(process)
    pages = write_reports(
        _snapshot(loaded),
        loaded.path(loaded.settings.report.folder),
        languages=loaded.settings.languages,
        process=process,
        names=loaded.settings.report.names,
        names_of=names_of(loaded),
    )
    for page in pages:
        out.print(str(page), highlight=False)
    if open_it:
        typer.launch(str(pages[-1] if process is None else pages[0]))


def _snapshot(loaded: Workspace) -> Path:
    return loaded.path(loaded.settings.warehouse.snapshot)


@app.command(epilog="Example: asrun demo demo --cases 20000")
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path("demo"),
    cases: Annotated[int, typer.Option(help="Cases to simulate.")] = 20_000,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect.")] = False,
) -> None:
    """Simulate a service desk, run its night and show the headlines."""
    from pipelines.cli.headlines import headline_view
    from pipelines.demo import write_demo_workspace

    if not (folder / "asrun.toml").is_file():
        out.print(f"Simulating {cases:,} tickets of a service desk in {escape(str(folder))} ...", highlight=False)
        write_demo_workspace(folder, cases=cases)
    loaded = load_workspace(folder)
    if not _run(loaded, _Asked(), direct=direct):
        raise typer.Exit(1)
    out.print(headline_view(_snapshot(loaded)))
    out.print(f"report    {escape(str(loaded.path(loaded.settings.report.folder) / 'index.html'))}", highlight=False)
    out.print(f"snapshot  {escape(str(_snapshot(loaded)))}", highlight=False)


forgetting.register(app)


def main() -> None:
    """Entry point: every error becomes words and an exit code."""
    try:
        app()
    except (BadInput, MiningError, QuestionError) as error:
        print_problems(problems_of(error))
        sys.exit(2)
    except WarehouseError as error:
        print_problems(problems_of(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  no traceback reaches a user
        if is_stop(error):
            err.print("Stopped; the last published results stay in place.")
            sys.exit(1)
        if os.environ.get("ASRUN_DEBUG"):
            traceback.print_exc()
        err.print(
            f"[red]error[/red] asrun did not foresee this: {escape(type(error).__name__)}: {safe(str(error))}\n"
            "    Nothing that was published is changed. Set ASRUN_DEBUG=1 to see where it happened, and report it.",
            highlight=False,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
