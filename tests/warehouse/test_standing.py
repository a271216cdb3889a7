"""A night that maps only new rows of the cases it touches ends in the facts of one that maps all rows."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

import warehouse.log.shape
from tests.builders.events import Delivery, Row, a_process, events_source, land_all, landed_store, text_attribute
from tests.warehouse.published import Rows, query
from warehouse.log.shape import shape
from warehouse.log.standing import lay_standing
from warehouse.specification import CaseSpec, FilterSpec, InstantSpec, ProcessSpec
from warehouse.store import Store

VIEWS = ("events", "activity_instances", "cases", "variants", "log_counts", "quarantined_rows", "loads")

PIECES = events_source(delivery="increment")
PROCESSES = {
    "plain": a_process(PIECES),
    "repeats kept": a_process(replace(PIECES, keep_duplicates=True)),
    "attribute of events": a_process(replace(PIECES, attributes=(text_attribute("note", of="event"),))),
    "no resource": a_process(replace(PIECES, resource=None, role=None)),
    "two sources": a_process(PIECES, replace(PIECES, name="more")),
    "filtered": a_process(replace(PIECES, filters=(FilterSpec("agent", "not_in", ("zed",)),))),
    "local time": a_process(replace(PIECES, completed=InstantSpec("done", None, "Europe/Rome"))),
    "ends by activity": a_process(PIECES, case=CaseSpec(end_activities=("C",), reopened_by=("A",))),
}
OTHERS = {
    "key": a_process(replace(PIECES, key=("case", "activity"))),
    "order": a_process(replace(PIECES, order="nr")),
    "attribute of cases": a_process(replace(PIECES, attributes=(text_attribute("note"),))),
    "lifecycle": a_process(replace(PIECES, lifecycle="kind")),
    "start": a_process(replace(PIECES, started=InstantSpec("begun", None, "UTC"))),
}


def rows(chance: random.Random, count: int, cases: int) -> list[Row]:
    """Rows of few cases and few values, so that many are alike; some can't be used, some lie in a doubled hour."""
    return [
        {
            "case": f"c{chance.randrange(cases)}" if chance.random() > 0.03 else "",
            "activity": chance.choice("ABC"),
            "done": chance.choice(["soon", "2026-10-25 02:30", *(f"2026-01-{day:02} 08:00" for day in range(1, 25))]),
            "begun": "2026-01-01 07:00",
            "agent": chance.choice(["ann", "bo"]) if chance.random() > 0.03 else "zed",
            "team": chance.choice(["north", ""]),
            "kind": "complete",
            "nr": str(chance.randrange(3)),
            "note": chance.choice(["x", "y"]),
        }
        for _ in range(count)
    ]


def facts(store: Store) -> dict[str, Rows]:
    return {view: query(store, f"SELECT * FROM mart.main.{view} ORDER BY ALL") for view in VIEWS}


def nights_of(process: ProcessSpec, seed: int) -> list[list[Delivery]]:
    """Four nights; the later ones deliver some rows of the earlier ones again."""
    chance = random.Random(seed)
    told: list[Row] = []
    nights = []
    for night in range(4):
        deliveries = []
        for source in process.sources:
            fresh = rows(chance, 60 if night == 0 else 8, 30)
            again = chance.sample(told, k=min(len(told), chance.randrange(3)))
            deliveries.append(Delivery(source.name, fresh + again))
            told += fresh
        nights.append(deliveries)
    return nights


def run_both(tmp_path: Path, process: ProcessSpec, seed: int) -> None:
    """Every night of one store costs what is new, every night of the other makes the log anew."""
    first, *later = nights_of(process, seed)
    with (
        landed_store(tmp_path / "one", process, first) as one,
        landed_store(tmp_path / "other", process, first) as other,
    ):
        for night in ([], *later):
            for store, anew in ((one, False), (other, True)):
                land_all(store, process, night)
                shape(store, process, as_of=None, anew=anew)
            assert facts(one) == facts(other)


def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of rows that stood, night by night."""
    stood: list[int] = []

    def counted(store: Store, process: ProcessSpec) -> int:
        stood.append(lay_standing(store, process))
        return stood[-1]

    monkeypatch.setattr(warehouse.log.shape, "lay_standing", counted)
    return stood


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
@pytest.mark.parametrize("name", PROCESSES)
def test_standing_rows_give_the_facts_that_mapping_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, seed: int
) -> None:
    stood = counting(monkeypatch)
    run_both(tmp_path, PROCESSES[name], seed)
    assert len(stood) == 3
    assert sum(stood) > 0


@pytest.mark.parametrize("name", OTHERS)
def test_rows_that_hold_more_than_events_are_mapped_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stood = counting(monkeypatch)
    run_both(tmp_path, OTHERS[name], 1)
    assert not stood


def test_a_row_that_comes_again_is_told_from_one_that_looks_like_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The events of both are equal; only the landed rows show that one of them has another note."""
    stood = counting(monkeypatch)
    row: Row = {"case": "c1", "activity": "A", "done": "2026-01-01 08:00", "agent": "ann", "team": "", "note": "x"}
    process = PROCESSES["plain"]
    with landed_store(tmp_path, process, [Delivery("events", [row])]) as store:
        shape(store, process, as_of=None)
        land_all(store, process, [Delivery("events", [row, {**row, "note": "y"}])])
        shape(store, process, as_of=None)
        assert query(store, "SELECT load_id, row_number FROM mart.main.events ORDER BY ALL") == [(1, 1), (2, 2)]
        assert query(store, "SELECT value FROM mart.main.log_counts WHERE figure = 'rows_duplicate'") == [(1,)]
    assert stood == [0]
