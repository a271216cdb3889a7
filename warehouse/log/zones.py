"""Time zones as tables: where a zone's local time maps to UTC, from zoneinfo and its pinned tzdata alone."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

FIRST_YEAR = 1900
LAST_YEAR = 2100

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LocalSpan:
    """From `local_from` (local time) on, UTC = local - offset; `kind` is plain, ambiguous or impossible."""

    local_from: datetime
    offset: timedelta
    kind: str


@dataclass(frozen=True, slots=True)
class Period:
    """A month of a zone's calendar as the half-open interval [starts_at, ends_at) in UTC."""

    name: str
    starts_at: datetime
    ends_at: datetime


@functools.cache
def _transitions(zone: str) -> tuple[tuple[datetime, timedelta, timedelta], ...]:
    """Instants (UTC) at which the offset changes, with the offsets before and after; found by bisection."""
    info = ZoneInfo(zone)
    found = []
    # a UTC wall clock that bears the zone, as `fromutc` wants it: two centuries of days are walked for every log
    day, end = datetime(FIRST_YEAR, 1, 1, tzinfo=info), datetime(LAST_YEAR, 1, 1, tzinfo=info)
    before = _offset_at(info, day)
    while day < end:
        following = day + _DAY
        after = _offset_at(info, following)
        if after != before:
            low, high = day, following
            while high - low > _SECOND:
                middle = (low + (high - low) / 2).replace(microsecond=0)
                if _offset_at(info, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append((high.replace(tzinfo=UTC), before, after))
            before = after
        day = following
    return tuple(found)


def _offset_at(info: ZoneInfo, utc: datetime) -> timedelta:
    """The offset at an instant in UTC that bears the zone `info` in place of UTC."""
    offset = info.fromutc(utc).utcoffset()
    return offset if offset is not None else timedelta(0)


@functools.cache
def local_spans(zone: str) -> tuple[LocalSpan, ...]:
    """The local time line of a zone in consecutive spans, 1900 to 2100.

    The rule for what a change of the clock makes doubtful is that of PEP 495 with fold=0: an ambiguous local time
    is its first occurrence, an impossible one is read with the offset before the gap (so it moves forward).
    """
    info = ZoneInfo(zone)
    first = _offset_at(info, datetime(FIRST_YEAR, 1, 1, tzinfo=info))
    spans = [LocalSpan(datetime(1, 1, 1), first, "plain")]  # noqa: DTZ001  a local time has no zone
    for instant, before, after in _transitions(zone):
        local = instant.replace(tzinfo=None)
        kind = "impossible" if after > before else "ambiguous"
        spans.append(LocalSpan(local + min(before, after), before, kind))
        spans.append(LocalSpan(local + max(before, after), after, "plain"))
    return tuple(spans)


def local_spans_table(zone: str) -> pa.Table:
    """`local_spans` as an Arrow table (local_from, offset_us, kind), sorted."""
    spans = local_spans(zone)
    return pa.table(
        {
            "local_from": pa.array([span.local_from for span in spans], type=pa.timestamp("us")),
            "offset_us": pa.array([span.offset // timedelta(microseconds=1) for span in spans], type=pa.int64()),
            "kind": pa.array([span.kind for span in spans], type=pa.string()),
        }
    )


def offsets_table(zone: str) -> pa.Table:
    """From which instant (utc_from) local time = UTC + offset_us, as an Arrow table, sorted; 1900 to 2100."""
    info = ZoneInfo(zone)
    first = _offset_at(info, datetime(FIRST_YEAR, 1, 1, tzinfo=info))
    spans = [(datetime(1, 1, 1, tzinfo=UTC), first), *((instant, after) for instant, _, after in _transitions(zone))]
    return pa.table(
        {
            "utc_from": pa.array([instant for instant, _ in spans], type=pa.timestamp("us", tz="UTC")),
            "offset_us": pa.array([offset // timedelta(microseconds=1) for _, offset in spans], type=pa.int64()),
        }
    )


def months(zone: str, first: datetime, last: datetime) -> tuple[Period, ...]:
    """The months of a zone that touch [first, last], as UTC intervals named like 2026-09."""
    info = ZoneInfo(zone)
    local = first.astimezone(info)
    year, month = local.year, local.month
    periods: list[Period] = []
    while True:
        start = _month_start(info, year, month)
        if start > last and periods:
            return tuple(periods)
        next_year, next_month = (year + 1, 1) if month == 12 else (year, month + 1)
        periods.append(Period(f"{year:04d}-{month:02d}", start, _month_start(info, next_year, next_month)))
        year, month = next_year, next_month


def _month_start(info: ZoneInfo, year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=info).astimezone(UTC)


def period_number(name: str) -> int:
    """The number of a month named like 2026-09: it stays the month's own, whatever months a log has."""
    year, month = name.split("-")
    return (int(year) - FIRST_YEAR + 1) * 12 + int(month)


def periods_table(periods: tuple[Period, ...]) -> pa.Table:
    """Periods as an Arrow table (period_no: months since 1898-12, period, starts_at, ends_at)."""
    instant = pa.timestamp("us", tz="UTC")
    return pa.table(
        {
            "period_no": pa.array([period_number(period.name) for period in periods], type=pa.int32()),
            "period": pa.array([period.name for period in periods], type=pa.string()),
            "starts_at": pa.array([period.starts_at for period in periods], type=instant),
            "ends_at": pa.array([period.ends_at for period in periods], type=instant),
        }
    )
