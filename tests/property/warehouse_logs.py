"""Strategies for small, nasty logs: ties, overlaps, lifecycle chaos, blanks, doubtful local times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.builders.events import (
    Delivery,
    Row,
    a_process,
    events_source,
    instant_attribute,
    text_attribute,
)
from tests.naive.instants import in_utc
from warehouse.specification import CaseSpec, InstantSpec, ProcessSpec

# a zone and a local time just before its clock does something, and quiet ones
MOMENTS = (
    ("UTC", datetime(2026, 1, 31, 23, 40)),
    ("Asia/Shanghai", datetime(2026, 2, 28, 23, 40)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, 50)),
    ("Europe/Berlin", datetime(2026, 3, 29, 1, 50)),
    ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 10)),
    ("Asia/Kathmandu", datetime(1985, 12, 31, 23, 45)),
    ("America/Sao_Paulo", datetime(2018, 11, 3, 23, 45)),
)
ACTIVITIES = ("A", "B", "C", "Ü 审", None)
STANDARD_DAYS = "1980-01-01"


@dataclass(frozen=True)
class Drawn:
    """A process with its deliveries, and the instant up to which it is looked at."""

    process: ProcessSpec
    deliveries: tuple[Delivery, ...]
    as_of: datetime | None
    base: datetime
    zone: str


def minutes() -> st.SearchStrategy[timedelta]:
    """Few different values, so that ties are common; some a microsecond beside them."""
    return st.builds(
        lambda m, us: timedelta(minutes=m * 10, microseconds=us),
        st.integers(0, 14),
        st.sampled_from((0, 0, 0, 1, -1, 500_000)),
    )


@st.composite
def rows(draw: st.DrawFn, base: datetime, *, lifecycle: bool, interval: bool, cases: int, most: int) -> list[Row]:
    result: list[Row] = []
    for _ in range(draw(st.integers(1, most))):
        done = base + draw(minutes())
        row: dict[str, Any] = {
            "case": draw(st.sampled_from([*(f"c{n}" for n in range(cases))] * 4 + [None, " "])),
            "activity": draw(st.sampled_from(ACTIVITIES[:4] * 4 + ACTIVITIES[4:])),
            "done": str(done),
            "agent": draw(st.sampled_from(("ann", "bob", None))),
            "team": draw(st.sampled_from(("x", None))),
            "order": draw(st.sampled_from((None, "1", "2", "10", "b"))),
            "branch": draw(st.sampled_from(("north", "south", None))),
            "opened": draw(st.sampled_from((None, None, str(base + timedelta(minutes=5))))),
            "closed": draw(st.sampled_from((None, None, str(base + timedelta(minutes=95))))),
        }
        if draw(st.integers(0, 12)) == 0:
            row["done"] = draw(st.sampled_from((None, "yesterday", str(base) + "+08:00")))
        if lifecycle:
            row["transition"] = draw(st.sampled_from(("start", "start", "complete", "COMPLETE", None, "suspend")))
            row["id"] = draw(st.sampled_from((None, None, "i1", "i2")))
        if interval:
            begun = done - draw(st.sampled_from((0, 0, 10, 25, 40, 60, -10))) * timedelta(minutes=1)
            row["begun"] = draw(st.sampled_from((str(begun), str(begun), str(begun), None)))
        result.append(row)
    if draw(st.booleans()):
        result += result[:2]
    return result


@st.composite
def logs(draw: st.DrawFn, *, cases: int = 3, most: int = 14) -> Drawn:
    """Any log: one or two sources, any case rule."""
    zone, base = draw(st.sampled_from(MOMENTS))
    kinds = draw(st.sampled_from(("plain", "interval", "lifecycle", "interval and lifecycle")))
    shared: dict[str, Any] = {
        "time_zone": zone,
        "order": draw(st.sampled_from((None, "order"))),
        "attributes": (
            text_attribute("branch"),
            instant_attribute("opened", time_zone=zone),
            instant_attribute("closed", time_zone=zone),
        ),
        "keep_duplicates": draw(st.booleans()),
    }
    sources, deliveries = [], []
    for kind in kinds.split(" and "):
        changes = dict(shared)
        if kind == "interval":
            changes["started"] = InstantSpec("begun", None, zone)
        if kind == "lifecycle":
            changes |= {"lifecycle": "transition", "instance": draw(st.sampled_from((None, "id")))}
        sources.append(events_source(kind, **changes))
        for _ in range(draw(st.integers(1, 2))):
            given = draw(rows(base, lifecycle=kind == "lifecycle", interval=kind == "interval", cases=cases, most=most))
            deliveries.append(Delivery(kind, given))
    process = a_process(
        *sources,
        case=draw(case_rules(base)),
        time_zone=zone,
        segments=draw(st.sampled_from(((), ("branch",)))),
        ignored=draw(st.sampled_from(((), ("C",)))),
    )
    until = in_utc(base, zone)[0] + timedelta(minutes=draw(st.sampled_from((0, 60, 100, 150, 100_000))))
    return Drawn(process, tuple(deliveries), draw(st.sampled_from((None, until, until))), base, zone)


@st.composite
def case_rules(draw: st.DrawFn, base: datetime) -> CaseSpec:
    some = st.sampled_from(((), ("A",), ("B",), ("A", "B")))
    end = draw(st.sampled_from(("activities", "attribute", "last", "never")))
    return CaseSpec(
        start_activities=draw(some),
        start_attribute=draw(st.sampled_from((None, "opened"))),
        end_activities=("B", "Ü 审") if end == "activities" else (),
        end_attribute="closed" if end == "attribute" else None,
        ends_with_last_event=end == "last",
        reopened_by=draw(st.sampled_from(((), ("A",), ("C",)))),
        measured_from=draw(some),
        measured_to=draw(some),
        idle_seconds=draw(st.sampled_from((None, 1800.0, 0.0, 3600.5))),
        observed_from=draw(st.sampled_from((None, None, base.date(), base.date() + timedelta(days=1)))),
        clock_tolerance_us=draw(st.sampled_from((0, 0, 1, 600_000_000))),
    )


def day(text: str) -> date:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).date()
