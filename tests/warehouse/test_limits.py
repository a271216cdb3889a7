"""Time limits at the edge: instants that are equal, ends that never come, versions in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.builders.events import Delivery, a_limit, a_process, a_standard, events_source, landed_store, source_rows
from tests.naive.log import shape as naive_shape
from tests.warehouse.published import Rows, compare_hotspots, compare_judged, find_hotspots, judge, query
from warehouse.log.shape import shape
from warehouse.specification import CaseSpec, InstantSpec, LimitSpec, ProcessSpec, StandardSpec

ENDS = CaseSpec(end_activities=("Z",))
HOUR = 3600.0


def rows(*events: str) -> list[dict[str, str | None]]:
    """Events like 'A 10:00' or 'A 10:00-10:30', all of case a on one day; '+1 ' before the clock is a day later."""
    result = []
    for event in events:
        activity, clock = event.split(" ", 1)
        begun, _, done = clock.rpartition("-")
        result.append(
            {
                "case": "a",
                "activity": activity,
                "done": f"2026-01-01 {done}:00",
                "begun": f"2026-01-01 {begun}:00" if begun else None,
                "agent": None,
                "team": None,
            }
        )
    return result


def checks(
    folder: Path,
    given: Sequence[dict[str, str | None]],
    *limits: LimitSpec,
    as_of: str | None = None,
    case: CaseSpec = ENDS,
    standards: Sequence[StandardSpec] = (a_standard(),),
) -> Rows:
    """Outcome and elapsed seconds of each check, after comparing all of them with the twin."""
    process = a_process(events_source(started=InstantSpec("begun"), keep_duplicates=True), case=case)
    until = datetime.fromisoformat(f"2026-01-01 {as_of}:00+00:00") if as_of else None
    deliveries = [Delivery("events", given)]
    log = naive_shape(process, source_rows(process, deliveries), until)
    with landed_store(folder, process, deliveries) as store:
        shape(store, process, as_of=until)
        judge(store, process, log, standards=standards, limits=limits)
        found = query(
            store,
            "SELECT outcome, elapsed_seconds FROM mart.main.limit_checks ORDER BY clause_id, occurrence",
        )
        twin = compare_judged(store, log, limits)
        find_hotspots(store, process, log.as_of, limits)
        compare_hotspots(store, process, log, checks=twin, limits=limits)
    return found


def from_a_to_b(within: float = HOUR, **changes: Any) -> LimitSpec:
    return a_limit("l", within=within, **{"from_activities": ("A",), "to_activities": ("B",), **changes})


def test_reached_at_the_due_instant_is_met(tmp_path: Path) -> None:
    assert checks(tmp_path, rows("A 10:00", "B 11:00"), from_a_to_b()) == [("met", HOUR)]


def test_a_microsecond_late_is_late(tmp_path: Path) -> None:
    given = [*rows("A 10:00"), {**rows("B 11:00")[0], "done": "2026-01-01 11:00:00.000001"}]
    assert checks(tmp_path, given, from_a_to_b()) == [("breached", HOUR + 1e-6)]


@pytest.mark.parametrize(
    ("as_of", "outcome"), [("10:47", "running"), ("10:48", "at_risk"), ("11:00", "at_risk"), ("11:01", "breached")]
)
def test_a_clock_that_still_runs(tmp_path: Path, as_of: str, outcome: str) -> None:
    found = checks(tmp_path, rows("A 10:00"), from_a_to_b(), as_of=as_of)
    assert [row[0] for row in found] == [outcome]


@pytest.mark.parametrize(("end", "outcome"), [("11:00", "not_reached"), ("11:01", "breached")])
def test_a_case_that_ends_before_the_clock_stops(tmp_path: Path, end: str, outcome: str) -> None:
    found = checks(tmp_path, rows("A 10:00", f"Z {end}"), from_a_to_b(), as_of="23:00")
    assert [row[0] for row in found] == [outcome]


def test_equal_instants_count_in_order_only(tmp_path: Path) -> None:
    assert checks(tmp_path, rows("B 10:00", "A 10:00"), from_a_to_b(), as_of="10:10") == [("running", 600.0)]


def test_equal_instants_in_order(tmp_path: Path) -> None:
    assert checks(tmp_path, rows("A 10:00", "B 10:00"), from_a_to_b(), as_of="10:10") == [("met", 0.0)]


def test_a_step_that_takes_no_time_keeps_the_limit_on_its_own_duration(tmp_path: Path) -> None:
    """Start comes before completion of the same row, so the completion is later in order though not in time."""
    limit = from_a_to_b(to_activities=("A",), from_at="started", to_at="completed")
    assert checks(tmp_path, rows("A 10:00-10:00"), limit, as_of="23:00") == [("met", 0.0)]


def test_a_step_that_takes_a_minute_does(tmp_path: Path) -> None:
    limit = from_a_to_b(to_activities=("A",), from_at="started", to_at="completed")
    assert checks(tmp_path, rows("A 10:00-10:01"), limit, as_of="23:00") == [("met", 60.0)]


def test_waiting_counts_from_the_instant_that_enabled_the_step(tmp_path: Path) -> None:
    given = rows("B 10:00", "A 10:30-10:50")
    limit = from_a_to_b(to_activities=("A",), from_at="enabled", to_at="completed")
    assert checks(tmp_path, given, limit, as_of="23:00") == [("met", 3000.0)]
    limit = from_a_to_b(to_activities=("A",), from_at="enabled", to_at="started", within=1799.0)
    assert checks(tmp_path / "2", given, limit, as_of="23:00") == [("breached", 1800.0)]


def test_each_occurrence_has_a_check_of_its_own(tmp_path: Path) -> None:
    given = rows("A 10:00", "A 10:30", "B 11:15", "A 12:00")
    assert checks(tmp_path, given, from_a_to_b(from_which="each"), as_of="12:30") == [
        ("breached", 4500.0),
        ("met", 2700.0),
        ("running", 1800.0),
    ]


def test_last_occurrence(tmp_path: Path) -> None:
    given = rows("A 10:00", "A 10:30", "B 11:15")
    assert checks(tmp_path, given, from_a_to_b(from_which="last")) == [("met", 2700.0)]


def test_case_start_to_case_end(tmp_path: Path) -> None:
    assert checks(tmp_path, rows("A 10:00", "Z 11:30"), a_limit("l")) == [("breached", 5400.0)]


def test_no_version_in_force_judges_nothing(tmp_path: Path) -> None:
    assert checks(tmp_path, rows("A 10:00", "Z 11:30"), a_limit("l"), standards=[a_standard("2027-01-01")]) == []


def test_the_version_at_the_start_judges_the_case(tmp_path: Path) -> None:
    change = datetime(2026, 1, 1, 10, 0, tzinfo=UTC)
    old = a_standard("2000-01-01", until=change)
    new = StandardSpec(
        **{
            **{name: getattr(old, name) for name in StandardSpec.__dataclass_fields__},
            "version": "2026-01-01",
            "valid_from": change,
            "valid_to": None,
        }
    )
    limits = (a_limit("l", within=HOUR), a_limit("l", version="2026-01-01", within=2 * HOUR))
    found = checks(tmp_path, rows("A 10:00", "Z 11:30"), *limits, standards=[old, new])
    assert found == [("met", 5400.0)]


def test_a_draft_judges_nothing(tmp_path: Path) -> None:
    found = checks(tmp_path, rows("A 10:00", "Z 11:30"), a_limit("l"), standards=[a_standard(approved=False)])
    assert found == []


def excess(
    folder: Path, process: ProcessSpec, given: Sequence[dict[str, str | None]], *limits: LimitSpec, as_of: datetime
) -> Rows:
    deliveries = [Delivery("events", given)]
    log = naive_shape(process, source_rows(process, deliveries), as_of)
    with landed_store(folder, process, deliveries) as store:
        shape(store, process, as_of=as_of)
        judge(store, process, log, standards=[a_standard()], limits=limits)
        find_hotspots(store, process, as_of, limits)
        return query(
            store,
            "SELECT period, kind, place, excess_seconds FROM mart.main.hotspots WHERE excess_seconds IS NOT NULL "
            "AND segment = 'all' ORDER BY ALL",
        )


def test_time_over_a_limit_stands_at_the_activity_that_stopped_it(tmp_path: Path) -> None:
    """With two activities that may stop the clock, the one that did has the excess, the other has none of it."""
    limit = from_a_to_b(to_activities=("B", "C"))
    found = excess(
        tmp_path,
        a_process(case=ENDS),
        rows("A 10:00", "B 12:00", "C 12:30"),
        limit,
        as_of=datetime(2026, 1, 1, 13, tzinfo=UTC),
    )
    assert sum(row[3] for row in found if row[0] == "all") == HOUR
    assert ("all", "activity", "B", HOUR) in found


def test_a_limit_due_after_the_last_event_is_in_no_earlier_month(tmp_path: Path) -> None:
    """Limits count in the period of their due instant, here February, though the log ends in January."""
    found = excess(
        tmp_path,
        a_process(case=ENDS),
        rows("A 10:00", "B 11:00", "A 12:00"),
        from_a_to_b(40 * 86400.0, from_which="last"),
        as_of=datetime(2026, 3, 15, tzinfo=UTC),
    )
    assert [row for row in found if row[0] == "2026-01"] == []


def test_a_limit_whose_end_is_not_in_the_log_is_not_one_on_the_whole_case(tmp_path: Path) -> None:
    """Its activity has no code in the log, but that does not make it the end of the case."""
    given = [{**row, "branch": "north"} for row in rows("A 10:00", "Z 12:30")]
    from tests.builders.events import text_attribute

    process = a_process(events_source(attributes=(text_attribute("branch"),)), case=ENDS, segments=("branch",))
    limit = from_a_to_b(to_activities=("Nobody does this",))
    found = excess(tmp_path, process, given, limit, as_of=datetime(2026, 1, 1, 13, tzinfo=UTC))
    assert [row for row in found if row[1] == "segment"] == []
