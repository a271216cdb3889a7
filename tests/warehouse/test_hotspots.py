"""Hotspots of a year and a half, with references that exist: every figure against the twin."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders.events import (
    Delivery,
    a_limit,
    a_process,
    a_standard,
    events_source,
    landed_store,
    source_rows,
    text_attribute,
)
from tests.naive.limits import all_checks, choose_versions
from tests.naive.log import case_period
from tests.naive.log import shape as naive_shape
from tests.warehouse.published import (
    compare_hotspots,
    compare_judged,
    compare_log,
    find_hotspots,
    judge,
    query,
)
from warehouse.log.shape import shape
from warehouse.specification import CaseSpec, InstantSpec, ProcessSpec

ZONE = "Europe/Berlin"
LIMITS = (
    a_limit("whole", within=20 * 3600.0),
    a_limit("answer", within=4 * 3600.0, from_activities=("Register",), to_activities=("Answer",), to_at="started"),
)


def process() -> ProcessSpec:
    return a_process(
        events_source(time_zone=ZONE, started=InstantSpec("begun", None, ZONE), attributes=(text_attribute("branch"),)),
        time_zone=ZONE,
        segments=("branch",),
        case=CaseSpec(end_activities=("Close",), measured_from=("Register",), idle_seconds=30 * 86400.0),
    )


def deliveries(cases: int = 420) -> list[Delivery]:
    """Cases over eighteen months; some months are left out, some starts and agents are unknown."""
    chance = random.Random(5)
    rows: list[dict[str, str | None]] = []
    for number in range(cases):
        at = datetime(2025, 1, 1) + timedelta(seconds=chance.randrange(540 * 86400))
        if at.month == 8:
            continue
        names = ["Register", "Check", "Answer", "Close"]
        if chance.random() < 0.4:
            names.insert(2, "Check")
        if chance.random() < 0.1:
            names = names[:-1]
        branch = chance.choice(("north", "south", "south", None))
        for name in names:
            begun = at + timedelta(seconds=chance.choice((0, 60, chance.randrange(30_000))))
            at = begun + timedelta(seconds=chance.randrange(9_000), microseconds=chance.randrange(10**6))
            rows.append(
                {
                    "case": f"case {number}",
                    "activity": name,
                    "done": str(at),
                    "begun": str(begun) if chance.random() < 0.8 else None,
                    "agent": chance.choice(("ann", "bob", "cy", None)),
                    "team": chance.choice(("desk", "lab", None)),
                    "branch": branch,
                }
            )
    return [Delivery("events", rows)]


def test_every_figure_is_that_of_the_twin(tmp_path: Path) -> None:
    given, as_of = deliveries(), datetime(2026, 6, 10, tzinfo=UTC)
    spec = process()
    log = naive_shape(spec, source_rows(spec, given), as_of)
    with landed_store(tmp_path, spec, given) as store:
        shape(store, spec, as_of=as_of)
        compare_log(store, spec, log)
        judge(store, spec, log, standards=[a_standard()], limits=LIMITS)
        checks = compare_judged(store, log, LIMITS)
        find_hotspots(store, spec, as_of, LIMITS)
        assert compare_hotspots(store, spec, log, checks=checks, limits=LIMITS) > 50


def test_headlines_are_plain_counts_of_the_last_complete_month(tmp_path: Path) -> None:
    given, as_of = deliveries(), datetime(2026, 6, 10, tzinfo=UTC)
    spec = process()
    log = naive_shape(spec, source_rows(spec, given), as_of)
    with landed_store(tmp_path, spec, given) as store:
        shape(store, spec, as_of=as_of)
        judge(store, spec, log, standards=[a_standard()], limits=LIMITS)
        find_hotspots(store, spec, as_of, LIMITS)
        headlines = {
            (period, figure): (value, previous)
            for period, figure, value, previous in query(
                store, "SELECT period, figure, value, previous FROM mart.main.headlines"
            )
        }
    ended = {
        month: [c for c in log.cases if c.state == "closed" and case_period(c, ZONE) == month]
        for month in ("2026-05", "2026-04")
    }
    now, before = ended["2026-05"], ended["2026-04"]
    assert headlines["2026-05", "cases_ended"] == (len(now), len(before))
    rates = [
        sum(c.is_conformant is True for c in cases) / sum(c.is_conformant is not None for c in cases)
        for cases in (now, before)
    ]
    assert headlines["2026-05", "conformance_rate"] == tuple(rates)
    choose_versions(log, [a_standard()])
    checks = all_checks(log, LIMITS)
    risky = {c.case_id for c in checks if c.outcome == "at_risk"}
    assert headlines["now", "open_cases"][0] == sum(c.state == "open" for c in log.cases)
    assert headlines["now", "open_at_risk"][0] == len(risky)
    met = sum(c.outcome == "met" for c in checks)
    assert headlines["all", "limits_met_rate"][0] == met / (met + sum(c.outcome == "breached" for c in checks))


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing(tmp_path: Path, threads: int) -> None:
    """The same rows, in the same order of the file, with one thread and with two; and on a second shaping."""
    spec, given, as_of = process(), deliveries(120), datetime(2026, 6, 10, tzinfo=UTC)
    answers = []
    for folder, count in ((tmp_path / "one", 1), (tmp_path / "other", threads)):
        log = naive_shape(spec, source_rows(spec, given), as_of)
        with landed_store(folder, spec, given, threads=count) as store:
            for _ in range(2):
                shape(store, spec, as_of=as_of)
                judge(store, spec, log, standards=[a_standard()], limits=LIMITS)
                find_hotspots(store, spec, as_of, LIMITS)
                tables = [
                    name
                    for (name,) in query(
                        store,
                        "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'mart' "
                        "AND table_schema = 'main' ORDER BY 1",
                    )
                ]
                answers.append(
                    {name: sorted(query(store, f'SELECT * FROM mart.main."{name}"'), key=repr) for name in tables}
                )
    for later in answers[1:]:
        for name, first in answers[0].items():
            assert later[name] == first, name


def test_cases_of_a_measure_are_those_that_have_it(tmp_path: Path) -> None:
    """A case whose starts are unknown has no waiting time, and does not count among the cases of waiting."""
    spec = a_process(events_source(started=InstantSpec("begun")))
    rows = [
        {"case": case, "activity": "A", "done": "2026-01-01 10:00", "begun": begun, "agent": "ann", "team": None}
        for case, begun in (("known", "2026-01-01 09:00"), ("unknown", None))
    ]
    with landed_store(tmp_path, spec, [Delivery("events", rows)]) as store:
        shape(store, spec, as_of=None)
        find_hotspots(store, spec, datetime(2026, 2, 1, tzinfo=UTC), ())
        found = query(
            store,
            "SELECT measure, instances, cases FROM mart.main.hotspots "
            "WHERE kind = 'activity' AND period = 'all' ORDER BY 1",
        )
    assert found == [("processing", 1, 1), ("sojourn", 2, 2), ("waiting", 1, 1)]


def test_ranks_of_segments_count_from_one(tmp_path: Path) -> None:
    spec = a_process(
        events_source(attributes=(text_attribute("branch"),)),
        case=CaseSpec(ends_with_last_event=True),
        segments=("branch",),
    )
    rows: list[dict[str, str | None]] = []
    for case, branch, hour in (("a", "north", 10), ("b", "south", 12)):
        for at in (9, hour):
            rows.append(
                {
                    "case": case,
                    "activity": "A",
                    "done": f"2026-01-01 {at:02}:00",
                    "agent": None,
                    "team": None,
                    "branch": branch,
                }
            )
    with landed_store(tmp_path, spec, [Delivery("events", rows)]) as store:
        shape(store, spec, as_of=None)
        find_hotspots(store, spec, datetime(2026, 2, 1, tzinfo=UTC), ())
        found = query(
            store,
            "SELECT place, total_seconds, rank FROM mart.main.hotspots "
            "WHERE kind = 'segment' AND period = 'all' ORDER BY rank",
        )
    assert found == [("branch=south", 10800.0, 1), ("branch=north", 3600.0, 2)]
