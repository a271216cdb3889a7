"""A timer on a step of the drawing is a time limit on that step."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from mining.standard import standard_from_bpmn
from pipelines.compiling.timers import timer_limits
from tests.builders.night import run_night
from tests.builders.workspaces import FLOW, write_data, write_workspace

EVENT = """<boundaryEvent id="late" name="Too slow" attachedToRef="examine" cancelActivity="false">
      <timerEventDefinition><timeDuration>PT3H</timeDuration></timerEventDefinition></boundaryEvent>
    <task id="remind" name="Remind"/><sequenceFlow id="f6" sourceRef="late" targetRef="remind"/>
    <endEvent id="reminded"/><sequenceFlow id="f7" sourceRef="remind" targetRef="reminded"/>
    <endEvent id="end"/>"""
TIMED = FLOW.replace('<endEvent id="end"/>', EVENT)


def with_timer(*changes: tuple[str, str]) -> bytes:
    text = TIMED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def test_a_timer_becomes_a_limit_that_cases_are_held_against(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "w")
    next((folder / "processes" / "desk" / "standards").glob("*/flow.bpmn")).write_bytes(with_timer())
    rows = [
        (case, step, f"2026-02-01 {hour:02}:00:00", "agent 1", "north")
        for case, hours in (("T1", (9, 11, 13, 14)), ("T2", (9, 13, 14, 15)))
        for step, hour in zip(("Register", "Examine", "Resolve", "Close"), hours, strict=True)
    ]
    write_data(folder, rows=rows)
    assert not run_night(folder).has_failed
    with duckdb.connect(str(folder / "published" / "asrun.duckdb"), read_only=True) as connection:
        checks = connection.execute(
            "SELECT case_id, outcome, elapsed_seconds, limit_seconds FROM limit_checks "
            "WHERE clause_id = 'timer:late' ORDER BY case_id"
        ).fetchall()
        clause = connection.execute(
            "SELECT kind, element_id, text_en, text_zh FROM clauses WHERE clause_id = 'timer:late'"
        ).fetchall()
        late = connection.execute(
            "SELECT case_id, sentence_en FROM deviations WHERE clause_id = 'timer:late'"
        ).fetchall()
    assert checks == [("T1", "met", 7200.0, 10800.0), ("T2", "breached", 14400.0, 10800.0)]
    assert clause == [
        (
            "limit",
            "examine",
            "Too slow: “Examine” is done within 3 h of being due, as the timer in the drawing says.",
            "Too slow：“Examine”须在可开始后 3 小时 内完成（按流程图中的定时器）。",
        )
    ]
    assert late == [("T2", "“Examine” came 1 h late: 4 h after “Examine (due)”, the limit is 3 h.")]


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ((), 10_800.0),
        ((("timeDuration>PT3H<", "timeDuration>P1DT30M<"),), 88_200.0),
        ((("timeDuration>PT3H</timeDuration", "timeCycle>R3/PT4H</timeCycle"),), 14_400.0),
        ((('cancelActivity="false"', ""),), 10_800.0),
    ],
)
def test_durations_are_read(changes: tuple[tuple[str, str], ...], seconds: float) -> None:
    limits, without = timer_limits(standard_from_bpmn(with_timer(*changes), source="flow.bpmn"))
    assert [(limit.event_id, limit.step, limit.seconds) for limit in limits] == [("late", "Examine", seconds)]
    assert without == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ((("timeDuration>PT3H<", "timeDuration>P1M<"),), "its duration 'P1M' is no fixed duration"),
        ((("timeDuration>PT3H<", "timeDuration>${timeout}<"),), "its duration '${timeout}' is no fixed duration"),
        ((("timeDuration>PT3H</timeDuration", "timeDate>2026-01-01T00:00:00</timeDate"),), "is no fixed duration"),
        ((('name="Resolve"', 'name="Examine"'),), "several elements bear the name 'Examine'"),
    ],
)
def test_a_timer_that_sets_no_limit_says_why(changes: tuple[tuple[str, str], ...], reason: str) -> None:
    limits, without = timer_limits(standard_from_bpmn(with_timer(*changes), source="flow.bpmn"))
    assert limits == ()
    assert [event for event, _ in without] == ["late"]
    assert reason in without[0][1]


def test_a_timer_on_a_silent_step_says_why() -> None:
    standard = standard_from_bpmn(with_timer(), source="flow.bpmn", silent=["Examine"])
    assert timer_limits(standard) == (
        (),
        (("late", "the timer sets no time limit: it stands on 'Examine', which leaves no event of its own"),),
    )
