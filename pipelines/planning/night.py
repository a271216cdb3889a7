"""Beginning a night: its id and its instant, the only place that a run takes from the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipelines.stages.outcome import Night
from pipelines.workspace.load import Workspace


def new_night(workspace: Workspace, *, as_of: datetime | None, clock: Callable[[], datetime]) -> Night:
    """A night that begins now. Its id sorts by time."""
    now = clock()
    return Night(workspace=workspace, run_id=now.strftime("%Y%m%dT%H%M%S.%fZ"), started_at=now, as_of=as_of)
