"""The zone tables against zoneinfo, at and around every change of the clock, and at random instants."""

from __future__ import annotations

import bisect
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.naive.instants import in_utc
from warehouse.log.zones import local_spans, local_spans_table, months, periods_table

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Antarctica/Troll",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Moscow",
    "Europe/Volgograd",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kwajalein",
)
AROUND = [timedelta(seconds=s) for s in (-90_000, -7201, -3601, -3600, -1800, -1, 0, 1, 1799, 1800, 3600, 7200, 90_000)]


def by_spans(local: datetime, zone: str) -> tuple[datetime, str]:
    spans = local_spans(zone)
    span = spans[bisect.bisect_right([s.local_from for s in spans], local) - 1]
    return (local - span.offset).replace(tzinfo=UTC), span.kind


def changes(zone: str) -> list[datetime]:
    """Local times at which the clock is changed, 1970 to 2037, found by walking hour by hour where days differ."""
    info = ZoneInfo(zone)
    found = []
    day = datetime(1970, 1, 1, tzinfo=UTC)
    while day.year < 2038:
        following = day + timedelta(days=1)
        if day.astimezone(info).utcoffset() != following.astimezone(info).utcoffset():
            quarters = [day + timedelta(minutes=15 * n) for n in range(97)]
            for one, two in pairwise(quarters):
                if one.astimezone(info).utcoffset() != two.astimezone(info).utcoffset():
                    found.append(one.astimezone(info).replace(tzinfo=None))
                    found.append(two.astimezone(info).replace(tzinfo=None))
        day = following
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_local_times_around_every_change(zone: str) -> None:
    spans = local_spans(zone)
    starts = [s.local_from for s in spans]
    moments = [at + step for at in changes(zone) for step in AROUND]
    chance = random.Random(zone)
    moments += [
        datetime(1970, 1, 1) + timedelta(microseconds=chance.randrange(68 * 365 * 86_400_000_000)) for _ in range(300)
    ]
    wrong = []
    for local in moments:
        span = spans[bisect.bisect_right(starts, local) - 1]
        found = ((local - span.offset).replace(tzinfo=UTC), span.kind)
        if found != in_utc(local, zone):
            wrong.append((local, found, in_utc(local, zone)))
    assert wrong == []


@pytest.mark.parametrize("zone", ZONES)
def test_spans_are_sorted_and_tell_nothing_twice(zone: str) -> None:
    starts = [span.local_from for span in local_spans(zone)]
    assert starts == sorted(starts)
    table = local_spans_table(zone)
    assert table.column("local_from").to_pylist() == starts


def test_named_doubtful_times() -> None:
    assert by_spans(datetime(2026, 10, 25, 2, 30), "Europe/Berlin") == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        "ambiguous",
    )
    assert by_spans(datetime(2026, 3, 29, 2, 30), "Europe/Berlin") == (
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        "impossible",
    )
    assert by_spans(datetime(2026, 4, 5, 1, 45), "Australia/Lord_Howe")[1] == "ambiguous"
    assert by_spans(datetime(2011, 12, 30, 12, 0), "Pacific/Apia")[1] == "impossible"


@pytest.mark.parametrize("zone", ZONES)
def test_months_meet_and_begin_at_local_midnight(zone: str) -> None:
    first, last = datetime(2010, 11, 30, 23, 59, tzinfo=UTC), datetime(2019, 3, 1, 0, 0, tzinfo=UTC)
    periods = months(zone, first, last)
    info = ZoneInfo(zone)
    assert periods[0].starts_at <= first < periods[0].ends_at
    assert periods[-1].starts_at <= last < periods[-1].ends_at
    for one, two in pairwise(periods):
        assert one.ends_at == two.starts_at
    for period in periods:
        just_before = (period.starts_at - timedelta(microseconds=1)).astimezone(info)
        at = period.starts_at.astimezone(info)
        assert at.strftime("%Y-%m") == period.name
        assert just_before.strftime("%Y-%m") != period.name
    numbers = periods_table(periods).column("period_no").to_pylist()
    assert numbers == list(range(numbers[0], numbers[0] + len(periods)))
    # a month keeps its number whatever a log begins with
    assert numbers[1:] == periods_table(periods[1:]).column("period_no").to_pylist()


def test_one_instant_is_one_month() -> None:
    at = datetime(2026, 1, 31, 16, 0, tzinfo=UTC)
    assert [period.name for period in months("Asia/Shanghai", at, at)] == ["2026-02"]
    assert [period.name for period in months("UTC", at, at)] == ["2026-01"]
