"""Logs at the edge, each compared with the twin row by row, some with the numbers written out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.builders.events import (
    Delivery,
    a_process,
    events_source,
    instant_attribute,
    landed_store,
    source_rows,
    text_attribute,
)
from tests.naive.log import Log
from tests.naive.log import shape as naive_shape
from tests.warehouse.published import Rows, compare_hotspots, compare_log, find_hotspots, query
from warehouse.errors import WarehouseError
from warehouse.log.shape import shape
from warehouse.specification import (
    CaseSpec,
    FilterSpec,
    InstantSpec,
    MilestoneSpec,
    ProcessSpec,
    SourceSpec,
)

Row = dict[str, str | None]


def row(case: str | None, activity: str | None, done: str | None, **more: str | None) -> Row:
    return {"case": case, "activity": activity, "done": done, "agent": None, "team": None, **more}


def both(
    folder: Path, process: ProcessSpec, *deliveries: Delivery, as_of: datetime | None = None, sql: Sequence[str] = ()
) -> tuple[Log, list[Rows]]:
    """Shape and compare with the twin; the rows of queries beside it."""
    log = naive_shape(process, source_rows(process, deliveries), as_of)
    with landed_store(folder, process, deliveries) as store:
        shape(store, process, as_of=as_of)
        answers = [query(store, text) for text in sql]
        compare_log(store, process, log)
        find_hotspots(store, process, log.as_of, ())
    return log, answers


INSTANCES = (
    "SELECT activity, enabled_at, started_at, completed_at, waiting_seconds, processing_seconds, sojourn_seconds "
    "FROM mart.main.activity_instances ORDER BY case_id, instance"
)


def test_one_event(tmp_path: Path) -> None:
    process = a_process(case=CaseSpec(ends_with_last_event=True))
    log, (cases,) = both(
        tmp_path,
        process,
        Delivery("events", [row("a", "X", "2026-01-31 23:59:59.999999")]),
        sql=["SELECT state, period, event_count, cycle_seconds FROM mart.main.cases"],
    )
    assert cases == [("closed", "2026-01", 1, 0.0)]
    assert log.counts["events"] == 1


def test_all_events_at_one_instant_stand_in_the_order_of_their_rows(tmp_path: Path) -> None:
    rows = [row("a", name, "2026-01-01 00:00:00") for name in ("C", "B", "A", "D")]
    process = a_process(events_source(keep_duplicates=True))
    _, (variants,) = both(
        tmp_path, process, Delivery("events", [*rows, *rows]), sql=["SELECT activities FROM mart.main.variants"]
    )
    assert variants == [(["C", "B", "A", "D", "C", "B", "A", "D"],)]


def test_order_column_counts_as_a_number_before_it_counts_as_text(tmp_path: Path) -> None:
    rows = [
        row("a", name, "2026-01-01", order=order) for name, order in (("A", "10"), ("B", "9"), ("C", "x"), ("D", None))
    ]
    process = a_process(events_source(order="order"))
    _, (variants,) = both(
        tmp_path, process, Delivery("events", rows), sql=["SELECT activities FROM mart.main.variants"]
    )
    assert variants == [(["B", "A", "C", "D"],)]


def test_a_microsecond_is_not_lost(tmp_path: Path) -> None:
    source = events_source(started=InstantSpec("begun"))
    rows = [
        row("a", "X", "2026-01-01 00:00:00.000001", begun="2026-01-01 00:00:00"),
        row("a", "Y", "2026-01-01 00:00:00.000003", begun="2026-01-01 00:00:00.000002"),
        row("a", "Z", "2026-01-01 00:00:00.000003", begun="2026-01-01 00:00:00.000003"),
    ]
    _, (instances,) = both(tmp_path, a_process(source), Delivery("events", rows), sql=[INSTANCES])
    assert [i[4:] for i in instances] == [(0.0, 1e-6, 1e-6), (1e-6, 1e-6, 2e-6), (0.0, 0.0, 0.0)]


def test_seconds_far_from_1970_are_exact(tmp_path: Path) -> None:
    source = events_source(started=InstantSpec("begun"))
    rows = [row("a", "X", "2099-12-31 23:59:59.999999", begun="1901-01-01 00:00:00")]
    _, (instances,) = both(tmp_path, a_process(source), Delivery("events", rows), sql=[INSTANCES])
    took = datetime(2099, 12, 31, 23, 59, 59, 999999) - datetime(1901, 1, 1)
    assert instances[0][5] == (took.days * 86400 + took.seconds) + took.microseconds / 1e6


def test_completions_before_any_start_have_none(tmp_path: Path) -> None:
    source = events_source(lifecycle="step")
    steps = ("complete", "start", "start", "complete", "complete", "complete", "start", "suspend")
    rows = [row("a", "X", f"2026-01-01 00:{n:02}:00", step=step) for n, step in enumerate(steps)]
    log, (instances,) = both(tmp_path, a_process(source), Delivery("events", rows), sql=[INSTANCES])
    minutes = [(i[2].minute if i[2] else None, i[3].minute) for i in instances]
    assert minutes == [(None, 0), (1, 3), (2, 4), (None, 5)]
    assert log.counts["starts_without_completion"] == 1


def test_pairing_by_instance_id_crosses(tmp_path: Path) -> None:
    source = events_source(lifecycle="step", instance="id")
    rows = [
        row("a", "X", f"2026-01-01 00:{n:02}:00", step=step, id=name)
        for n, (step, name) in enumerate(
            [("start", "1"), ("start", "2"), ("start", None), ("complete", "2"), ("complete", None), ("complete", "1")]
        )
    ]
    _, (instances,) = both(tmp_path, a_process(source), Delivery("events", rows), sql=[INSTANCES])
    assert [(i[2].minute, i[3].minute) for i in instances] == [(1, 3), (2, 4), (0, 5)]


def test_a_row_of_a_plain_source_takes_no_start_of_another_source(tmp_path: Path) -> None:
    """A row without a lifecycle column is an instance by itself; the start belongs to the other source's completion."""
    plain, steps = events_source("plain"), events_source("steps", lifecycle="step")
    _, (instances,) = both(
        tmp_path,
        a_process(plain, steps),
        Delivery("plain", [row("a", "X", "2026-01-01 00:02:00")]),
        Delivery(
            "steps",
            [row("a", "X", "2026-01-01 00:01:00", step="start"), row("a", "X", "2026-01-01 00:03:00", step="complete")],
        ),
        sql=[INSTANCES],
    )
    assert [(i[2].minute if i[2] else None, i[3].minute) for i in instances] == [(None, 2), (1, 3)]


def test_ignored_activities_are_no_starts_without_completion(tmp_path: Path) -> None:
    source = events_source(started=InstantSpec("begun"))
    rows = [
        row("a", "X", "2026-01-01 01:00:00", begun="2026-01-01 00:00:00"),
        row("a", "Note", "2026-01-01 01:30:00", begun="2026-01-01 01:20:00"),
    ]
    log, _ = both(tmp_path, a_process(source, ignored=("Note",)), Delivery("events", rows))
    assert log.counts["starts_without_completion"] == 0


def test_a_case_of_ignored_activities_alone(tmp_path: Path) -> None:
    rows = [row("a", "Note", "2026-01-01"), row("b", "X", "2026-01-02")]
    _, (cases,) = both(
        tmp_path,
        a_process(ignored=("Note",)),
        Delivery("events", rows),
        sql=[
            "SELECT case_id, event_count, activities FROM mart.main.cases "
            "JOIN mart.main.variants USING (variant_id) ORDER BY 1"
        ],
    )
    assert cases == [("a", 1, []), ("b", 1, ["X"])]


def test_only_rows_that_cannot_be_used(tmp_path: Path) -> None:
    process = a_process()
    rows = [row(None, "X", "2026-01-01"), row("a", None, "2026-01-01"), row("a", "X", "soon"), row("a", "X", None)]
    with (
        landed_store(tmp_path, process, [Delivery("events", rows)]) as store,
        pytest.raises(WarehouseError) as caught,
    ):
        shape(store, process, as_of=None)
    for word in ("case_missing", "activity_missing", "instant_unreadable", "instant_missing", "soon"):
        assert word in str(caught.value)


def test_nothing_before_as_of(tmp_path: Path) -> None:
    process = a_process()
    with (
        landed_store(tmp_path, process, [Delivery("events", [row("a", "X", "2026-01-01")])]) as store,
        pytest.raises(WarehouseError, match="later"),
    ):
        shape(store, process, as_of=datetime(2025, 1, 1, tzinfo=UTC))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    landed = a_process()
    asked = a_process(events_source(resource="clerk", role="group"))
    with (
        landed_store(tmp_path, landed, [Delivery("events", [row("a", "X", "2026-01-01")])]) as store,
        pytest.raises(WarehouseError) as caught,
    ):
        shape(store, asked, as_of=None)
    assert len(caught.value.problems) == 2
    assert "'clerk'" in str(caught.value)
    assert "agent" in str(caught.value)


def test_attributes_of_rows_after_as_of_are_not_known_yet(tmp_path: Path) -> None:
    """With an as_of, a row that lies after it has not happened: neither its event nor what it says of its case."""
    source = events_source(attributes=(text_attribute("branch"), instant_attribute("closed")))
    rows = [
        row("a", "X", "2026-01-01", branch=None, closed=None),
        row("a", "Y", "2026-03-01", branch="north", closed="2026-01-15"),
    ]
    process = a_process(source, case=CaseSpec(end_attribute="closed"), segments=("branch",))
    log, (cases,) = both(
        tmp_path,
        process,
        Delivery("events", rows),
        as_of=datetime(2026, 2, 1, tzinfo=UTC),
        sql=["SELECT state, branch FROM mart.main.cases"],
    )
    assert cases == [("open", None)]
    assert log.counts["rows_after_as_of"] == 1


def test_attributes_come_in_the_order_of_events(tmp_path: Path) -> None:
    """The first value counts, and what is first is decided by the order column where instants are equal."""
    source = events_source(order="order", attributes=(text_attribute("branch"),))
    rows = [
        row("a", "Y", "2026-01-01", order="2", branch="second"),
        row("a", "X", "2026-01-01", order="1", branch="first"),
    ]
    both_ = a_process(source)
    with landed_store(tmp_path, both_, [Delivery("events", rows)]) as store:
        shape(store, both_, as_of=None)
        assert query(store, "SELECT branch FROM mart.main.cases") == [("first",)]


def cases_source() -> SourceSpec:
    return SourceSpec(name="accounts", kind="cases", delivery="full", case="id", attributes=(text_attribute("branch"),))


def test_a_case_table_wins_and_its_latest_row_counts(tmp_path: Path) -> None:
    process = a_process(events_source(attributes=(text_attribute("branch"),)), cases_source())
    with landed_store(
        tmp_path,
        process,
        [
            Delivery(
                "events", [row("a", "X", "2026-01-01", branch="event"), row("b", "X", "2026-01-01", branch="event")]
            ),
            Delivery("accounts", [{"id": "a", "branch": "old"}, {"id": "nobody", "branch": "none"}]),
            Delivery("accounts", [{"id": "a", "branch": "new"}, {"id": "b", "branch": None}]),
        ],
    ) as store:
        shape(store, process, as_of=None)
        assert query(store, "SELECT case_id, branch FROM mart.main.cases ORDER BY 1") == [("a", "new"), ("b", "event")]


def test_a_case_row_without_a_case_is_not_dropped_in_silence(tmp_path: Path) -> None:
    process = a_process(events_source(), cases_source())
    with landed_store(
        tmp_path,
        process,
        [Delivery("events", [row("a", "X", "2026-01-01")]), Delivery("accounts", [{"id": None, "branch": "lost"}])],
    ) as store:
        shape(store, process, as_of=None)
        assert query(store, "SELECT source, row_number, reason FROM mart.main.quarantined_rows") == [
            ("accounts", 1, "case_missing")
        ]


def test_a_wide_table_gives_its_milestones_in_the_order_of_the_mapping(tmp_path: Path) -> None:
    source = SourceSpec(
        name="wide",
        kind="wide",
        delivery="full",
        case="id",
        milestones=(
            MilestoneSpec("Opened", InstantSpec("opened", "%d.%m.%Y %H:%M", "Europe/Berlin"), "by"),
            MilestoneSpec("Checked", InstantSpec("checked", "%d.%m.%Y %H:%M", "Europe/Berlin")),
            MilestoneSpec("Closed", InstantSpec("closed", "%d.%m.%Y %H:%M", "Europe/Berlin")),
        ),
    )
    rows: list[Row] = [
        {
            "id": "a",
            "opened": "25.10.2026 02:30",
            "checked": "25.10.2026 02:30",
            "closed": "25.10.2026 02:30",
            "by": "ann",
        },
        {"id": "b", "opened": "29.03.2026 02:30", "checked": None, "closed": "later", "by": "bob"},
    ]
    log, (events,) = both(
        tmp_path,
        a_process(source),
        Delivery("wide", rows),
        sql=["SELECT case_id, activity, resource, occurred_at FROM mart.main.events ORDER BY case_id, position"],
    )
    assert [e[:3] for e in events] == [
        ("a", "Opened", "ann"),
        ("a", "Checked", None),
        ("a", "Closed", None),
        ("b", "Opened", "bob"),
    ]
    assert events[3][3] == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert (log.counts["instants_ambiguous"], log.counts["instants_impossible"]) == (3, 1)


def test_with_a_key_the_latest_row_stands(tmp_path: Path) -> None:
    process = a_process(events_source(key=("id",)))
    first = [row("a", "X", "2026-01-01", id="1"), row("a", "Y", "2026-01-02", id="2")]
    second = [row("a", "Z", "2026-01-03", id="1")]
    log, (events,) = both(
        tmp_path,
        process,
        Delivery("events", first),
        Delivery("events", second),
        sql=["SELECT activity, load_id FROM mart.main.events ORDER BY position"],
    )
    assert events == [("Y", 1), ("Z", 2)]
    assert log.counts["rows_duplicate"] == 1


def test_equal_rows_count_once_and_the_first_stands(tmp_path: Path) -> None:
    process = a_process()
    rows = [row("a", "X", "2026-01-01"), row("a", "X", "2026-01-01"), row("b", "X", "2026-01-01")]
    log, (loads, events) = both(
        tmp_path,
        process,
        Delivery("events", rows),
        Delivery("events", rows[:1]),
        sql=[
            "SELECT load_id, rows_landed, rows_duplicate FROM mart.main.loads ORDER BY load_id",
            "SELECT case_id, load_id, row_number FROM mart.main.events ORDER BY case_id",
        ],
    )
    assert loads == [(1, 3, 1), (2, 1, 1)]
    assert events == [("a", 1, 1), ("b", 1, 3)]
    assert log.counts["rows_duplicate"] == 2


def test_filters_hold_together(tmp_path: Path) -> None:
    filters = (
        FilterSpec("kind", "in", ("incident", "request")),
        FilterSpec("team", "is_null"),
        FilterSpec("agent", "not_in", ("robot",)),
    )
    rows = [
        row("a", "X", "2026-01-01", kind="incident"),
        row("b", "X", "2026-01-01", kind="change"),
        row("c", "X", "2026-01-01", kind=None),
        {**row("d", "X", "2026-01-01", kind="request"), "team": "x"},
        {**row("e", "X", "2026-01-01", kind="request"), "agent": "robot"},
        {**row("f", "X", "2026-01-01", kind="request"), "agent": "ann"},
    ]
    process = a_process(events_source(filters=filters))
    with landed_store(tmp_path, process, [Delivery("events", rows)]) as store:
        shape(store, process, as_of=None)
        assert query(store, "SELECT case_id FROM mart.main.cases ORDER BY 1") == [("a",), ("f",)]


def test_partial_is_decided_at_local_midnight(tmp_path: Path) -> None:
    rows = [row("early", "X", "2026-03-31 23:59:59.999999"), row("late", "X", "2026-04-01 00:00:00")]
    process = a_process(
        events_source(time_zone="America/Sao_Paulo"),
        time_zone="America/Sao_Paulo",
        case=CaseSpec(ends_with_last_event=True, observed_from=date(2026, 4, 1)),
    )
    _, (cases,) = both(
        tmp_path,
        process,
        Delivery("events", rows),
        sql=["SELECT case_id, state, cycle_seconds FROM mart.main.cases ORDER BY 1"],
    )
    assert cases == [("early", "partial", None), ("late", "closed", 0.0)]


def test_hotspots_of_a_log_without_any_measured_time(tmp_path: Path) -> None:
    process = a_process(case=CaseSpec(measured_from=("Never",), measured_to=("Never",)))
    log = naive_shape(process, source_rows(process, [Delivery("events", [row("a", "X", "2026-01-01")])]), None)
    with landed_store(tmp_path, process, [Delivery("events", [row("a", "X", "2026-01-01")])]) as store:
        shape(store, process, as_of=None)
        find_hotspots(store, process, log.as_of, ())
        compare_hotspots(store, process, log)
