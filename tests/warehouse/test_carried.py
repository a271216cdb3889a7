"""What the gates mapped is what shaping would have mapped; where it does not fit, shaping maps anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import warehouse.log.shape
from tests.builders.events import (
    LOADED_AT,
    Delivery,
    Row,
    a_process,
    events_source,
    land_all,
    landed_store,
    settings_in,
    text_attribute,
)
from tests.warehouse.published import Rows, query
from warehouse.gates.arrivals import choose_and_map, clear
from warehouse.log.carried import carried_path, current_loads, leave_carried, note_carried
from warehouse.log.shape import shape
from warehouse.log.touched import mapping_digest
from warehouse.specification import CaseSpec, FilterSpec, InstantSpec, ProcessSpec, SourceSpec
from warehouse.store import Store

VIEWS = ("events", "activity_instances", "cases", "variants", "log_counts", "quarantined_rows")

LIFECYCLE = events_source(lifecycle="kind", instance="agent")
PHASED = events_source(started=InstantSpec("begun", None, "UTC"), order="nr")
KEYED = events_source(key=("case", "activity"))
ATTRIBUTED = events_source(attributes=(text_attribute("branch"), text_attribute("note", of="event")))
FILTERED = events_source(filters=(FilterSpec("agent", "not_in", ("bo",)),))
TABLE = SourceSpec(
    name="table",
    kind="cases",
    delivery="full",
    case="case",
    attributes=(text_attribute("branch"),),
)

PROCESSES = {
    "plain": a_process(),
    "ordered": a_process(events_source(order="nr")),
    "lifecycle": a_process(LIFECYCLE),
    "phased": a_process(PHASED),
    "keyed": a_process(KEYED),
    "attributed": a_process(ATTRIBUTED, segments=("branch",)),
    "filtered": a_process(FILTERED),
    "two sources": a_process(events_source(), events_source("more")),
    "case table": a_process(events_source(), TABLE),
    "end by activity": a_process(case=CaseSpec(end_activities=("C",))),
}


def rows_of(seed: int) -> list[Row]:
    dice = random.Random(seed)
    return [
        {
            "case": dice.choice(["", *(f"c{n}" for n in range(9))]) if n % 17 else "",
            "activity": dice.choice(["A", "B", "C", ""]),
            "done": dice.choice(["soon", "", *(f"2026-01-{day:02} 0{day % 7}:00" for day in range(1, 20))]),
            "begun": f"2026-01-01 0{dice.randrange(9)}:00",
            "agent": dice.choice(["ann", "bo", ""]),
            "team": dice.choice(["north", ""]),
            "kind": dice.choice(["start", "complete"]),
            "nr": str(dice.randrange(5)),
            "branch": dice.choice(["n", "s", ""]),
            "note": dice.choice(["x", "y"]),
        }
        for n in range(80)
    ]


def deliveries(process: ProcessSpec, seed: int) -> list[Delivery]:
    return [Delivery(source.name, rows_of(seed + n)) for n, source in enumerate(process.sources)]


def carry(store: Store, process: ProcessSpec) -> None:
    loads = current_loads(store, process)
    choose_and_map(store, process, loads, carries=True)
    clear(store)
    note_carried(store, process, mapping=mapping_digest(process), load_ids=loads)
    leave_carried(store)


def hold(store: Store, source_no: int, *numbers: int) -> None:
    store.connection.execute(
        "INSERT INTO landing.main.held_rows (load_id, row_number, reason, column_name, value, run_id, held_at) "
        "SELECT load_id, unnest($numbers), 'future', 'done', 'x', 'r', $at FROM landing.main.landing_loads "
        "WHERE source_no = $source_no",
        {"numbers": list(numbers), "at": LOADED_AT, "source_no": source_no},
    )


def facts(store: Store) -> dict[str, Rows]:
    return {view: query(store, f"SELECT * FROM mart.main.{view} ORDER BY ALL") for view in VIEWS}


def never(*_: object, **__: object) -> None:
    raise AssertionError("mapped once more")


def nothing(_: Store) -> None:
    pass


def test_a_file_that_a_killed_night_left_half_written_is_left_alone(tmp_path: Path) -> None:
    process = PROCESSES["plain"]
    with landed_store(tmp_path, process, deliveries(process, 1)) as store:
        choose_and_map(store, process, current_loads(store, process), carries=True)
        clear(store)
        leave_carried(store)
    with Store(settings_in(tmp_path)) as store:
        assert carried_path(store.settings.mart).exists()
        assert shape(store, process, as_of=None).events > 0
        assert not carried_path(store.settings.mart).exists()


@pytest.mark.parametrize("held", [(), (3, 40)], ids=["none held", "some held"])
@pytest.mark.parametrize("name", PROCESSES)
def test_carried_rows_give_the_facts_that_mapping_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, held: tuple[int, ...]
) -> None:
    process = PROCESSES[name]
    with landed_store(tmp_path / "anew", process, deliveries(process, 1)) as store:
        hold(store, 1, *held)
        shape(store, process, as_of=None)
        wanted = facts(store)
    assert wanted["events"]
    with landed_store(tmp_path / "carried", process, deliveries(process, 1)) as store:
        carry(store, process)
        hold(store, 1, *held)
        monkeypatch.setattr(warehouse.log.shape, "map_rows", never)
        shape(store, process, as_of=None)
        assert facts(store) == wanted
        assert not carried_path(store.settings.mart).exists()


def test_a_second_full_delivery_is_carried_and_its_numbers_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = PROCESSES["attributed"]
    with landed_store(tmp_path / "anew", process, deliveries(process, 5)) as store:
        shape(store, process, as_of=None)
        wanted = facts(store)
    with landed_store(tmp_path / "carried", process, deliveries(process, 1)) as store:
        shape(store, process, as_of=None)
        former = dict(query(store, "SELECT case_id, case_code FROM mart.p1.case_ids"))
        store.connection.execute("UPDATE landing.main.landing_loads SET is_current = false")
        land_all(store, process, deliveries(process, 5))
        carry(store, process)
        monkeypatch.setattr(warehouse.log.shape, "map_rows", never)
        shape(store, process, as_of=None)
        assert _without_loads(facts(store)) == _without_loads(wanted)
        assert former.items() <= dict(query(store, "SELECT case_id, case_code FROM mart.p1.case_ids")).items()


def _without_loads(found: dict[str, Rows]) -> dict[str, list[tuple[str, ...]]]:
    """The loads are numbered otherwise where one came before."""
    return {
        view: sorted(tuple(str(value) for value in row if value not in (1, 2)) for row in rows)
        for view, rows in found.items()
        if view != "log_counts"
    }


def _another_load(store: Store) -> None:
    land_all(store, PROCESSES["plain"], [Delivery("events", rows_of(9))])


def _a_change_of_landing(store: Store) -> None:
    store.connection.execute("UPDATE landing.main.schema_info SET generation = generation + 1")


def _another_name(store: Store) -> None:
    with store.transaction("mart"):
        store.connection.execute(
            "INSERT INTO mart.main.process_catalogue VALUES ('desk', 1); CREATE SCHEMA mart.p1; "
            "CREATE TABLE mart.p1.activities (activity_code INTEGER, activity VARCHAR); "
            "CREATE TABLE mart.p1.resources (resource_code INTEGER, resource VARCHAR); "
            "CREATE TABLE mart.p1.roles (role_code INTEGER, role VARCHAR); "
            "CREATE TABLE mart.p1.case_ids (case_code INTEGER, case_id VARCHAR); "
            "CREATE TABLE mart.p1.variant_dictionary (variant_no INTEGER, variant_id VARCHAR, codes INTEGER[]); "
            "CREATE TABLE mart.p1.periods (period_no INTEGER, period VARCHAR, starts_at TIMESTAMPTZ, "
            "ends_at TIMESTAMPTZ); INSERT INTO mart.p1.activities VALUES (0, 'Z')"
        )


def _garbage(store: Store) -> None:
    carried_path(store.settings.mart).write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("change", [_another_load, _a_change_of_landing, _another_name, _garbage])
def test_a_file_that_does_not_fit_is_left_alone(tmp_path: Path, change: Callable[[Store], None]) -> None:
    process = PROCESSES["plain"]
    with landed_store(tmp_path / "anew", process, deliveries(process, 1)) as store:
        if change is _another_load:
            change(store)
        shape(store, process, as_of=None)
        wanted = facts(store)
    with landed_store(tmp_path / "carried", process, deliveries(process, 1)) as store:
        carry(store, process)
        change(store)
        shape(store, process, as_of=None)
        assert facts(store) == wanted
        assert not carried_path(store.settings.mart).exists()
