"""A scheduled night: plan, then carry out, without anybody looking on; and the schedule that `asrun serve` keeps."""

from __future__ import annotations

import os
from pathlib import Path

from prefect import flow
from prefect.schedules import Cron

from pipelines.clock import clock
from pipelines.flows.nightly import run_through_prefect
from pipelines.planning.alone import SCHEDULED_WAIT, alone
from pipelines.planning.execute import RunResult
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.workspace.load import Workspace, load_workspace


def plan_and_run(folder: Path) -> RunResult | None:
    """The night of a workspace as it stands now; None where there was nothing to do.

    Waits up to two hours for another run of the workspace to end.
    """
    workspace = load_workspace(folder)
    with alone(workspace, wait=SCHEDULED_WAIT):
        plan = make_plan(workspace, environ=os.environ)
        if plan.is_empty:
            return None
        return run_through_prefect(plan, new_night(workspace, as_of=None, clock=clock), follower=None, clock=clock)


@flow(name="asrun-nightly", persist_result=False)
def scheduled_night(workspace: str) -> None:
    """What a schedule runs: plan the workspace's night as it stands now, and carry it out."""
    result = plan_and_run(Path(workspace))
    if result is not None and result.has_failed:
        failed = [process.process or "workspace" for process in result.processes if process.has_failed]
        message = f"failed: {', '.join(failed)}; what the others found is published"
        raise RuntimeError(message)


def serve_nights(workspace: Workspace, *, cron: str) -> None:
    """Stay and start the workspace's night by the cron line, in the workspace's time zone; until stopped."""
    scheduled_night.serve(
        name=f"asrun {workspace.folder.resolve().name}",
        schedule=Cron(cron, timezone=workspace.settings.time_zone),
        parameters={"workspace": str(workspace.folder.resolve())},
        limit=1,
        print_starting_message=False,
    )
