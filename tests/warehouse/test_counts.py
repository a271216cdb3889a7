"""What nights count of findings and elements, night after night, against plain groupings of findings and instances."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders.events import Delivery, Row, a_process, events_source, land_all, landed_store
from tests.property.random_nights import compare_counts, derive
from tests.warehouse.published import find_hotspots, query
from warehouse.erasure import Erasure
from warehouse.hotspots.collect import collect_durations
from warehouse.log.shape import shape
from warehouse.mart.counted_views import counted_views
from warehouse.mart.erasing import erase
from warehouse.specification import CaseSpec
from warehouse.store import Store

START = datetime(2026, 1, 5, tzinfo=UTC)
PROCESS = a_process(events_source(delivery="increment"), case=CaseSpec(end_activities=("Z",)))


def a_night(chance: random.Random, number: int) -> list[Row]:
    """Some events of some of twenty cases."""
    rows: list[Row] = []
    for case in chance.sample(range(20), 4):
        for _ in range(chance.randrange(1, 4)):
            at = START + timedelta(days=number, minutes=chance.randrange(1440))
            activity = chance.choice(("A", "A", "B", "C", "Z"))
            rows.append({"case": f"c{case}", "activity": activity, "done": f"{at:%Y-%m-%d %H:%M:%S}", "agent": "ann"})
    return [row | {"team": None} for row in rows]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_counts_are_plain_groupings(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rules, elements, resolved = [], 0, 0
    with landed_store(tmp_path, PROCESS, [Delivery("events", a_night(chance, 0))]) as store:
        for number in range(12):
            if number:
                land_all(store, PROCESS, [Delivery("events", a_night(chance, number))])
            derive(store, PROCESS, START + timedelta(days=number + 1), anew=False)
            compare_counts(store)
            rules.append(query(store, "FROM mart.p1.element_rules ORDER BY ALL"))
            elements += len(query(store, "FROM mart.main.element_times"))
            resolved += len(query(store, "FROM mart.main.deviation_totals WHERE status = 'resolved'"))
            assert query(store, "SELECT count(*) FROM mart.main.deviation_examples WHERE place > 8") == [(0,)]
    # it was no idle comparison: elements were counted by rules that changed and by rules that stayed
    assert elements > 12
    assert resolved > 0
    pairs = list(itertools.pairwise(rules))
    assert any(one != other for one, other in pairs if one)
    assert any(one == other for one, other in pairs if one)


def test_a_log_that_an_earlier_release_laid_out_gets_its_counts(tmp_path: Path) -> None:
    """Without counts and views, as layout 11 left them, a night that has nothing to shape or judge makes them."""
    with landed_store(tmp_path, PROCESS, [Delivery("events", a_night(random.Random(1), 0))]) as store:
        derive(store, PROCESS, START + timedelta(days=1), anew=False)
        wanted = {view: query(store, f"FROM mart.main.{view} ORDER BY ALL") for view in counted_views("", "")}
        assert wanted["deviation_groups"]
        _as_layout_11(store)
        collect_durations(store, PROCESS)
        for view, rows in wanted.items():
            assert query(store, f"FROM mart.main.{view} ORDER BY ALL") == rows


def test_a_night_after_an_earlier_release_takes_out_nothing_that_was_not_counted(tmp_path: Path) -> None:
    chance = random.Random(2)
    with landed_store(tmp_path, PROCESS, [Delivery("events", a_night(chance, 0))]) as store:
        derive(store, PROCESS, START + timedelta(days=1), anew=False)
        _as_layout_11(store)
        land_all(store, PROCESS, [Delivery("events", a_night(chance, 1))])
        derive(store, PROCESS, START + timedelta(days=2), anew=False)
        compare_counts(store)
        assert query(store, "FROM mart.main.deviation_groups") != []


def _as_layout_11(store: Store) -> None:
    store.use("mart", "p1")
    for view in counted_views("", ""):
        store.connection.execute(f"DROP VIEW main.{view}; DROP VIEW published_{view}")
    for table in ("finding_counts", "finding_examples", "element_rules", "element_places", "element_counts"):
        store.connection.execute(f"DROP TABLE {table}")
    store.connection.execute("DROP TABLE element_cases; UPDATE tally_state SET step = 3")


def test_a_process_without_a_standard_has_none(tmp_path: Path) -> None:
    with landed_store(tmp_path, PROCESS, [Delivery("events", a_night(random.Random(3), 0))]) as store:
        shape(store, PROCESS, as_of=START + timedelta(days=1))
        find_hotspots(store, PROCESS, START + timedelta(days=1), ())
        for view in counted_views("", ""):
            assert query(store, f"FROM mart.main.{view}") == []


def test_the_latest_findings_are_told_latest_first(tmp_path: Path) -> None:
    """Twelve cases with a finding each: the eight that came last, and of one instant those that are last by name."""
    rows: list[Row] = [
        {"case": f"c{n:02}", "activity": name, "done": f"2026-01-{6 + n // 2:02}", "agent": "ann", "team": None}
        for n in range(12)
        for name in ("A", "C")
    ]
    with landed_store(tmp_path, PROCESS, [Delivery("events", rows)]) as store:
        derive(store, PROCESS, START + timedelta(days=30), anew=False, limits=())
        told = query(store, "SELECT case_id FROM mart.main.deviation_examples WHERE kind = 'inserted' ORDER BY place")
        groups = query(store, "SELECT cases, open_cases, findings FROM mart.main.deviation_groups")
    assert [case for (case,) in told] == [f"c{n:02}" for n in range(11, 3, -1)]
    assert groups == [(12, 12, 12)]


@pytest.mark.parametrize(("kind", "text"), [("case", "c03"), ("resource", "bob")])
def test_who_is_forgotten_is_no_example(tmp_path: Path, kind: str, text: str) -> None:
    """In a kept snapshot counts stay as they were reported; the examples are those of findings that stay."""
    rows: list[Row] = [
        {"case": f"c{n:02}", "activity": name, "done": "2026-01-06", "agent": "bob" if n % 3 else "ann", "team": None}
        for n in range(6)
        for name in ("A", "C")
    ]
    examples = "SELECT case_id FROM mart.main.deviation_examples ORDER BY 1"
    findings = "SELECT case_id FROM mart.main.deviations WHERE status <> 'resolved' ORDER BY 1"
    with landed_store(tmp_path, PROCESS, [Delivery("events", rows)]) as store:
        derive(store, PROCESS, START + timedelta(days=30), anew=False, limits=())
        groups = query(store, "FROM mart.main.deviation_groups")
        assert query(store, examples) == query(store, findings) == [(f"c{n:02}",) for n in range(6)]
        erase(store.connection, "mart", Erasure("desk", kind, (text,)))
        left = query(store, examples)
        assert left == query(store, findings)
        assert len(left) == (5 if kind == "case" else 2)
        assert query(store, "FROM mart.main.deviation_groups") == groups
