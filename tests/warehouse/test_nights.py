"""Night after night, and process beside process: what stays, what goes, what must not touch its neighbour."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.builders.events import (
    LOADED_AT,
    Delivery,
    Row,
    a_limit,
    a_process,
    a_standard,
    events_source,
    land_all,
    landed_store,
    settings_in,
    source_rows,
    text_attribute,
)
from tests.naive.log import shape as naive_shape
from tests.warehouse.published import compare_log, find_hotspots, judge, query
from warehouse.log.shape import shape
from warehouse.specification import CaseSpec
from warehouse.store import Store


def row(case: str, activity: str, done: str, **more: str | None) -> Row:
    return {"case": case, "activity": activity, "done": done, "agent": "ann", "team": None, **more}


def test_a_finding_keeps_its_first_night_and_is_resolved_when_it_is_mended(tmp_path: Path) -> None:
    process = a_process(case=CaseSpec(end_activities=("Z",)))
    limit = a_limit("l", within=86_400.0, from_activities=("A",), to_activities=("B",))
    rows = [row("late", "A", "2026-01-01"), row("mended", "A", "2026-01-01")]
    nights = [datetime(2026, 1, day, tzinfo=UTC) for day in (2, 3, 4, 5)]
    seen = []
    with landed_store(tmp_path, process, [Delivery("events", rows)]) as store:
        for number, as_of in enumerate(nights):
            if number == 3:
                rows = [row("mended", "B", "2026-01-01 12:00")]
                land_all(store, process, [Delivery("events", rows)])
            shape(store, process, as_of=as_of)
            log = naive_shape(
                process,
                source_rows(
                    process,
                    [
                        Delivery("events", [row("late", "A", "2026-01-01"), row("mended", "A", "2026-01-01")]),
                        *([Delivery("events", rows)] if number == 3 else []),
                    ],
                ),
                as_of,
            )
            judge(store, process, log, standards=[a_standard()], limits=[limit])
            seen.append(
                query(
                    store,
                    "SELECT case_id, status, first_seen, last_seen, resolved_at, excess_seconds "
                    "FROM mart.main.deviations WHERE kind = 'late' ORDER BY case_id",
                )
            )
    assert seen[0] == []
    day = 86_400.0
    assert seen[1] == [(case, "open", nights[1], nights[1], None, day) for case in ("late", "mended")]
    assert seen[2] == [(case, "open", nights[1], nights[2], None, 2 * day) for case in ("late", "mended")]
    assert seen[3] == [
        ("late", "open", nights[1], nights[3], None, 3 * day),
        ("mended", "resolved", nights[1], nights[2], nights[3], 2 * day),
    ]


def test_the_same_night_twice_gives_the_same_facts(tmp_path: Path) -> None:
    process = a_process(events_source(attributes=(text_attribute("branch"),)), segments=("branch",))
    rows = [row(f"c{n % 7}", "ABC"[n % 3], f"2026-01-{1 + n % 28:02}", branch="ns"[n % 2]) for n in range(60)]
    with landed_store(tmp_path, process, [Delivery("events", rows)]) as store:
        nights = []
        for _ in range(2):
            result = shape(store, process, as_of=None)
            find_hotspots(store, process, result.as_of, ())
            nights.append(
                {
                    name: query(store, f"SELECT * FROM mart.main.{name}")
                    for name in ("events", "activity_instances", "cases", "variants", "hotspots", "directly_follows")
                }
            )
    assert nights[0] == nights[1]
    assert nights[0]["hotspots"]


def test_processes_do_not_touch_each_other(tmp_path: Path) -> None:
    """Two processes with other attributes and the same case names, shaped in turn and again."""
    one = a_process(events_source(attributes=(text_attribute("branch"),)), name="one", segments=("branch",))
    two = a_process(events_source(attributes=(text_attribute("channel"),)), name="two")
    given = {
        "one": [row("a", "X", "2026-01-01", branch="north"), row("b", "Y", "2026-01-02", branch=None)],
        "two": [row("a", "X", "2026-02-01", channel="web")],
    }
    with Store(settings_in(tmp_path)) as store:
        for process in (one, two):
            land_all(store, process, [Delivery("events", given[process.name])])
        for process in (one, two, one):
            result = shape(store, process, as_of=None)
            find_hotspots(store, process, result.as_of, ())
        found = query(store, "SELECT process, case_id, branch, channel FROM mart.main.cases ORDER BY ALL")
        counts = query(store, "SELECT process, value FROM mart.main.log_counts WHERE figure = 'events' ORDER BY 1")
        hotspots = query(store, "SELECT DISTINCT process FROM mart.main.hotspots ORDER BY 1")
        shares = query(store, "SELECT process, share FROM mart.main.variants ORDER BY ALL")
    assert found == [("one", "a", "north", None), ("one", "b", None, None), ("two", "a", None, "web")]
    assert counts == [("one", 2), ("two", 1)]
    assert hotspots == [("one",), ("two",)]
    assert shares == [("one", 0.5), ("one", 0.5), ("two", 1.0)]


def test_a_case_that_loses_its_events_is_gone(tmp_path: Path) -> None:
    from warehouse.landing.loads import known_loads, set_current

    process = a_process()
    rows = [row("a", "X", "2026-01-01"), row("gone", "X", "2026-01-02")]
    with landed_store(tmp_path, process, [Delivery("events", rows), Delivery("events", rows[:1])]) as store:
        shape(store, process, as_of=None)
        kept = known_loads(store, process="desk", source="events")[1]
        set_current(
            store, process="desk", source="events", contents=[(kept.content_hash, kept.reading)], delivery="full"
        )
        shape(store, process, as_of=None)
        log = naive_shape(process, source_rows(process, [Delivery("events", []), Delivery("events", rows[:1])]), None)
        compare_log(store, process, log)
        loads = query(store, "SELECT is_current, loaded_at FROM mart.main.loads ORDER BY load_id")
    assert loads == [(False, LOADED_AT), (True, LOADED_AT)]
