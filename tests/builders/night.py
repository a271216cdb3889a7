"""A night without Prefect, for tests that look at its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.errors import Problem
from pipelines.planning.execute import RunResult, execute
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.planning.stage import Stage
from pipelines.stages.outcome import StageOutcome
from pipelines.workspace.load import load_workspace


class SilentObserver:
    """Follows a run without a word."""

    def stage_started(self, stage: Stage) -> None:
        pass

    def stage_progress(self, stage: Stage, done: int, total: int) -> None:
        pass

    def stage_finished(self, stage: Stage, outcome: StageOutcome, seconds: float) -> None:
        pass

    def process_failed(self, process: str, problems: tuple[Problem, ...]) -> None:
        pass


def run_night(
    folder: Path,
    *,
    processes: Sequence[str] = (),
    as_of: datetime | None = None,
    environ: Mapping[str, str] | None = None,
    full_refresh: bool = False,
) -> RunResult:
    """Plan a workspace's night and carry it out."""
    workspace = load_workspace(folder)
    plan = make_plan(workspace, processes=processes, as_of=as_of, environ=environ or {}, full_refresh=full_refresh)

    def clock() -> datetime:
        return datetime.now(UTC)

    return execute(plan, new_night(workspace, as_of=as_of, clock=clock), observer=SilentObserver(), clock=clock)
