"""A plan carried out in front of a terminal, with Prefect or without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import typer
from rich.markup import escape

from pipelines.cli.console import TerminalObserver, err
from pipelines.planning.stage import Plan
from pipelines.stages.outcome import Night


@contextmanager
def stopping_in_words() -> Iterator[None]:
    """Where somebody stops it, a word and exit code 1: typer would only say that it was aborted."""
    try:
        yield
    except KeyboardInterrupt:
        err.print("Stopped; the last published results stay in place.")
        raise typer.Exit(1) from None


def carry_out_plan(made: Plan, night: Night, *, direct: bool, clock: Callable[[], datetime]) -> bool:
    """Carry out a plan and tell who failed; whether all went well."""
    from pipelines.planning.execute import execute

    with TerminalObserver() as observer:
        if direct:
            result = execute(made, night, observer=observer, clock=clock)
        else:
            from pipelines.flows.quiet import settle_prefect

            settle_prefect()
            from pipelines.flows.nightly import run_through_prefect

            result = run_through_prefect(made, night, follower=observer, clock=clock)
    failed = [process.process or "workspace" for process in result.processes if process.has_failed]
    if failed:
        err.print(f"[red]failed[/red]: {escape(', '.join(failed))}; what the others found is published.")
    return not failed
