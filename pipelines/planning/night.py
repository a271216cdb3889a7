"""Beginning a night: its id and its instant, the only place that a run takes from the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pipelines.stages.outcome import Night
from pipelines.store_settings import store_settings
from pipelines.workspace.load import Workspace
from warehouse.landing.undo import landing_runs
from warehouse.mart.ledger import last_recorded_run
from warehouse.store import Store

_FORM = "%Y%m%dT%H%M%S.%fZ"


def new_night(
    workspace: Workspace, *, as_of: datetime | None, clock: Callable[[], datetime], undoes: str | None = None
) -> Night:
    """A night that begins now, with an id of its own that sorts behind the ids of all earlier ones.

    The id tells the instant by the clock; where the clock was set back, it goes on from the last night's. So the order
    of the ids is that of the nights, and nothing has to ask the clock which came last.
    """
    now = clock()
    last = _last_run(workspace)
    run_id = now.strftime(_FORM)
    if last is not None and run_id <= last:
        run_id = (datetime.strptime(last, _FORM) + timedelta(microseconds=1)).strftime(_FORM)  # noqa: DTZ007  UTC
    return Night(workspace=workspace, run_id=run_id, started_at=now, as_of=as_of, undoes=undoes)


def _last_run(workspace: Workspace) -> str | None:
    """The greatest id of any run that left a trace, also of those that were cut off; None before the first."""
    settings = store_settings(workspace)
    if not settings.landing.exists() and not settings.mart.exists():
        return None
    with Store(settings) as store:
        known = [*landing_runs(store), *last_recorded_run(store)]
    return max((run_id for run_id in known if _is_one(run_id)), default=None)


def _is_one(run_id: str) -> bool:
    try:
        datetime.strptime(run_id, _FORM)  # noqa: DTZ007  only its form matters
    except ValueError:
        return False
    return True
