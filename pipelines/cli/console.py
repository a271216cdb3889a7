"""What the command line prints: problems, plans, progress. Rich in a terminal, plain in a pipe."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipelines.errors import Problem
from pipelines.planning.stage import WHOLE, Plan, Stage
from pipelines.stages.outcome import StageOutcome

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


# data ends up in messages: control characters could steer the terminal, direction marks could reverse the text
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """A text from outside without what would steer a terminal."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def safe(text: str) -> str:
    """A text from outside as the console may print it: neither markup nor terminal commands."""
    return escape(plain(text))


def print_problems(problems: Iterable[Problem]) -> None:
    """All problems, one a paragraph, to standard error."""
    for problem in problems:
        where = f"[bold]{safe(problem.where)}[/bold]: " if problem.where else ""
        todo = f"\n    [dim]{safe(problem.todo)}[/dim]" if problem.todo else ""
        err.print(f"[red]error[/red] {where}{safe(problem.what)}{todo}", highlight=False)


def print_notes(plan: Plan) -> None:
    """What an operator should know besides what is done."""
    for note in plan.notes:
        err.print(f"[yellow]note[/yellow] {safe(note)}", highlight=False)


def print_plan(plan: Plan) -> None:
    """The stages of a plan with their reasons, and what else an operator should know."""
    print_notes(plan)
    if plan.is_empty:
        out.print("Nothing to do: the published results stand for the sources, the workspace and the instant.")
        return
    table = Table("process", "stage", "why", box=None, header_style="bold")
    for stage in plan.stages:
        table.add_row(stage.process or "(workspace)", stage.name, safe(stage.reason))
    out.print(table)


class TerminalObserver:
    """Shows a run: a bar for the running stage in a terminal, a line for each finished one."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=out,
            transient=True,
            disable=not out.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> TerminalObserver:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage_started(self, stage: Stage) -> None:
        """A bar appears."""
        self._task = self._progress.add_task(_name(stage), total=None)

    def stage_progress(self, stage: Stage, done: int, total: int) -> None:  # noqa: ARG002  the observer's signature
        """The bar moves."""
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total)

    def stage_finished(self, stage: Stage, outcome: StageOutcome, seconds: float) -> None:
        """The bar becomes a line."""
        self._clear()
        out.print(f"  {_name(stage):<28} {seconds:7.1f} s  {safe(outcome.note)}", highlight=False)
        for warning in outcome.warnings:
            err.print(f"  [yellow]warning[/yellow] {safe(stage.process)}: {safe(warning)}", highlight=False)

    def process_failed(self, process: str, problems: tuple[Problem, ...]) -> None:
        """What went wrong is told at once."""
        self._clear()
        name = f"process {process}" if process != WHOLE else "the workspace"
        err.print(f"[red]failed[/red] {safe(name)}; its last published results stay", highlight=False)
        print_problems(problems)

    def _clear(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


def _name(stage: Stage) -> str:
    return f"{stage.process} {stage.name}" if stage.process != WHOLE else stage.name
