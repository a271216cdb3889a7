"""Working time between two instants: against a plain sum of overlaps, on odd calendars, for whole columns."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from warehouse.mart.empty_views import EMPTY_VIEWS
from warehouse.mart.macros import make_macros
from warehouse.migrations import layout

Span = tuple[datetime, datetime]
START = datetime(2026, 3, 1, tzinfo=UTC)


def a_mart(calendars: dict[str, list[Span]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(layout("mart"))
    for view, sql in EMPTY_VIEWS.items():
        connection.execute(f"CREATE VIEW {view} AS {sql}")
    for name, spans in calendars.items():
        before = 0.0
        for start, end in spans:
            connection.execute("INSERT INTO calendar_spans VALUES (?, ?, ?, ?)", [name, start, end, before])
            before += (end - start).total_seconds()
    make_macros(connection)
    return connection


def overlap(spans: list[Span], start: datetime, end: datetime) -> timedelta:
    """The plain twin: stretch by stretch."""
    if end < start:
        return -overlap(spans, end, start)
    return sum((max(timedelta(), min(end, b) - max(start, a)) for a, b in spans), timedelta())


def some_spans(chance: random.Random) -> list[Span]:
    """Stretches that don't overlap: some of microseconds, some over midnight, some touching, some of many days."""
    spans, clock = [], START + timedelta(microseconds=chance.randrange(10**12))
    for _ in range(chance.randrange(1, 25)):
        length = timedelta(microseconds=chance.choice([1, 10**6, 10**10, 3 * 10**10, 86_400_000_000, 10**12]))
        spans.append((clock, clock + length))
        clock += length + timedelta(microseconds=chance.choice([0, 1, 5 * 10**10, 86_400_000_000, 10**11]))
    return spans


@pytest.mark.parametrize("seed", range(25))
def test_it_agrees_with_a_plain_sum(seed: int) -> None:
    chance = random.Random(seed)
    calendars = {name: some_spans(chance) for name in ("a", "b", "c")}
    connection = a_mart(calendars)
    edges = [edge for spans in calendars.values() for span in spans for edge in span]
    asked = []
    for number in range(200):
        name = chance.choice(["a", "b", "c", "unknown"])
        ends = [
            chance.choice(edges)
            + timedelta(microseconds=chance.choice([-1, 0, 0, 1, chance.randrange(-(10**11), 10**11)]))
            for _ in range(2)
        ]
        asked.append((number, *ends, name))
    connection.execute("CREATE TABLE asked (number INT, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ, calendar VARCHAR)")
    connection.executemany("INSERT INTO asked VALUES (?, ?, ?, ?)", asked)
    found = connection.execute(
        "SELECT business_seconds(from_at, to_at, calendar) FROM asked ORDER BY number"
    ).fetchall()
    wanted = [
        overlap(calendars[name], start, end) / timedelta(seconds=1) if name in calendars else None
        for _, start, end, name in asked
    ]
    assert [row[0] for row in found] == wanted


OFFICE = [(START + timedelta(days=day, hours=9), START + timedelta(days=day, hours=17)) for day in (1, 2, 3, 4, 5, 8)]


@pytest.mark.parametrize(
    ("from_at", "to_at", "calendar", "hours"),
    [
        ("2026-03-02 09:00:00+00", "2026-03-02 17:00:00+00", "office", 8.0),
        ("2026-03-02 17:00:00+00", "2026-03-03 09:00:00+00", "office", 0.0),
        ("2026-03-06 16:00:00+00", "2026-03-09 10:00:00+00", "office", 2.0),  # over the weekend
        ("2026-03-09 10:00:00+00", "2026-03-06 16:00:00+00", "office", -2.0),
        ("2026-03-07 10:00:00+00", "2026-03-07 10:00:00+00", "office", 0.0),
        ("1000-01-01 00:00:00+00", "9999-01-01 00:00:00+00", "office", 48.0),
        ("1000-01-01 00:00:00+00", "1001-01-01 00:00:00+00", "office", 0.0),
        ("9998-01-01 00:00:00+00", "9999-01-01 00:00:00+00", "office", 0.0),
        ("2026-03-02 09:00:00+00", "2026-03-02 17:00:00+00", "night", None),
        ("2026-03-02 09:00:00+00", "2026-03-02 17:00:00+00", None, None),
        (None, "2026-03-02 17:00:00+00", "office", None),
        ("2026-03-02 09:00:00+00", None, "office", None),
        ("2026-03-02 09:00:00+00", "infinity", "office", None),
    ],
)
def test_edges(from_at: str | None, to_at: str | None, calendar: str | None, hours: float | None) -> None:
    connection = a_mart({"office": OFFICE})
    found = connection.execute(
        "SELECT business_seconds($from_at::TIMESTAMPTZ, $to_at::TIMESTAMPTZ, $calendar)",
        {"from_at": from_at, "to_at": to_at, "calendar": calendar},
    ).fetchone()
    assert found == (None if hours is None else hours * 3600,)


def test_without_any_calendar_nothing_is_known() -> None:
    found = a_mart({}).execute("SELECT business_seconds(now(), now(), 'office')").fetchone()
    assert found == (None,)


@pytest.mark.slow
def test_a_million_rows_take_seconds() -> None:
    working = [
        (START + timedelta(days=day, hours=hour), START + timedelta(days=day, hours=hour + 4))
        for day in range(3650)
        if day % 7 < 5
        for hour in (8, 13)
    ]
    connection = a_mart({"office": working, "always": [(START, START + timedelta(days=3650))]})
    connection.execute(
        """
        CREATE TABLE big AS
        SELECT TIMESTAMPTZ '2026-03-01 00:00:00+00' + to_seconds(n * 97) AS from_at,
            TIMESTAMPTZ '2026-03-01 00:00:00+00' + to_seconds(n * 97 + n % 1000 * 1000) AS to_at,
            CASE WHEN n % 2 = 0 THEN 'office' ELSE 'always' END AS calendar
        FROM range(1000000) AS r(n)
        """
    )
    began = time.perf_counter()
    found = dict(
        connection.execute(
            "SELECT calendar, sum(business_seconds(from_at, to_at, calendar)) FROM big GROUP BY calendar"
        ).fetchall()
    )
    assert time.perf_counter() - began < 60
    assert found["always"] == sum(n % 1000 * 1000 for n in range(1, 1_000_000, 2))
    assert 0.2 < found["office"] / sum(n % 1000 * 1000 for n in range(0, 1_000_000, 2)) < 0.27
