"""Instants and durations as the options of a command take them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.errors import BadInput, Problem
from pipelines.workspace.load import Workspace
from pipelines.workspace.values import parse_duration
from warehouse.specification import Interval


def asked_instant(option: str, text: str | None, workspace: Workspace) -> datetime | None:
    """An instant in UTC; without an offset it is one of the workspace's time zone. `BadInput` where it is none."""
    instant = _parsed(option, text)
    if instant is None:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=ZoneInfo(workspace.settings.time_zone))
    return instant.astimezone(UTC)


def _parsed(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            Problem(f"{option}: '{text}' is not an instant.", "", "Write 2026-09-30 or 2026-09-30T18:00:00+02:00.")
        ) from error
    if not 1900 <= instant.year <= 2200:
        raise BadInput(
            Problem(f"{option}: '{text}' lies outside the years 1900 to 2200.", "", "Write for example 2026-09-30.")
        )
    return instant


def asked_interval(since: str | None, until: str | None, workspace: Workspace) -> Interval | None:
    """The stretch [since, until) to derive and to ask for anew; None where neither is given.

    Bounds without an offset stay without one: they are local times of each process. `BadInput` where nothing lies
    between the two.
    """
    if since is None and until is None:
        return None
    begin, end = asked_instant("--since", since, workspace), asked_instant("--until", until, workspace)
    if begin is not None and end is not None and begin >= end:
        raise BadInput(
            Problem(f"--until: '{until}' does not lie after --since '{since}'.", "", "Nothing lies between the two.")
        )
    return Interval(_parsed("--since", since), _parsed("--until", until))


def asked_wait(text: str | None) -> timedelta:
    """A duration to wait; none where nothing is given."""
    if text is None:
        return timedelta(0)
    try:
        return parse_duration(text)
    except ValueError as error:
        raise BadInput(Problem(f"--wait: {error}.")) from error
