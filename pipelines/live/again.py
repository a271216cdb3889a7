"""Backfills: what a live source is asked for when a stretch of time is to be read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.live.answer import Stretch
from pipelines.live.cursors import Cursor, CursorKind
from pipelines.workspace.live_source import HttpSource, LiveSource
from warehouse.specification import Interval


@dataclass(frozen=True, slots=True)
class Again:
    """From where on a source is asked (None: from its start), a stretch before it, and why a stretch can't be asked."""

    since: Cursor | None
    also: Stretch | None = None
    note: str | None = None

    @property
    def earliest(self) -> Cursor | None:
        """No row of the answer has a smaller cursor; None: any row may come."""
        return self.since if self.also is None else self.also.since


def asked_again(live: LiveSource, regular: Cursor | None, interval: Interval | None, *, time_zone: str) -> Again:
    """What a source with a cursor is asked for: from `regular` on, as every night, and for the interval besides.

    A night that reads a stretch again is a night all the same: it comes as far as any other, so its cursor and the
    instant up to which the source is known stay true. Where the interval reaches up to the cursor, or an end can't be
    asked for (HTTP), all is asked from its beginning on. A source that was never read is read whole, which holds the
    interval. `time_zone`: of cursors without one.
    """
    if interval is None or regular is None:
        return Again(regular)
    if not isinstance(live, HttpSource) and live.changes is not None:
        return Again(regular, note="a change log can't be asked for a stretch of time (--since, --until)")
    if regular.kind not in {"instant", "local", "date"}:
        return Again(regular, note="a cursor that counts can't be asked for a stretch of time (--since, --until)")
    begin = None if interval.since is None else _bound(interval.since, regular.kind, time_zone)
    end = None if interval.until is None else _bound(interval.until, regular.kind, time_zone, is_end=True)
    if begin is not None and not _is_before(begin, regular):
        return Again(regular)
    if end is None or isinstance(live, HttpSource) or not _is_before(end, regular):
        return Again(begin)
    return Again(regular, Stretch(begin, end))


def _bound(instant: datetime, kind: CursorKind, time_zone: str, *, is_end: bool = False) -> Cursor:
    """An instant as a cursor of a kind; the end of a stretch of whole days takes in the day that it cuts."""
    if kind == "instant":
        return Cursor(kind, instant.astimezone(UTC))
    local = instant.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    if kind == "local":
        return Cursor(kind, local)
    is_cut = is_end and local.time() != datetime.min.time()
    return Cursor(kind, local.date() + timedelta(days=1 if is_cut else 0))


def _is_before(one: Cursor, other: Cursor) -> bool:
    return one.value < other.value  # type: ignore[operator]
