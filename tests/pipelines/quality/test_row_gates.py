"""Gates on single rows: each finds the very rows that were planted, and nothing in a clean log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders.gating import NOW, ask, bring, changed, clean_rows, set_quality, write_gated
from tests.builders.workspaces import Row

CLEAN = clean_rows()
ALL = (
    "future",
    "floor",
    "defaults",
    "before_start",
    "after_end",
    "burst",
    "no_start",
    "unknown_activity",
    "time_travel",
)


def moved(number: int, by: timedelta) -> list[Row]:
    at = datetime.fromisoformat(CLEAN[number - 1][2]) + by
    return changed(CLEAN, number, at=f"{at:%Y-%m-%d %H:%M:%S}")


def swapped(number: int) -> list[Row]:
    at = datetime.fromisoformat(CLEAN[number - 1][2])
    assert at.day <= 12
    return changed(CLEAN, number, at=f"{at.replace(day=at.month, month=at.day):%Y-%m-%d %H:%M:%S}")


def after(number: int, *rows: Row) -> list[Row]:
    return [*CLEAN[:number], *rows, *CLEAN[number:]]


def again(number: int, times: int, apart: float) -> list[Row]:
    row = CLEAN[number - 1]
    at = datetime.fromisoformat(row[2])
    copies = [(*row[:2], f"{at + timedelta(seconds=apart * n):%Y-%m-%d %H:%M:%S}", *row[3:]) for n in range(1, times)]
    return after(number, *copies)


def at_default(*numbers: int, at: str) -> list[Row]:
    rows = list(CLEAN)
    for number in numbers:
        rows = changed(rows, number, at=at)
    return rows


@dataclass(frozen=True)
class Planted:
    gate: str
    rows: Callable[[], list[Row]]
    wanted: list[int]
    settings: dict[str, Any] = field(default_factory=dict)
    says: str = ""


# rows 41 to 44 are one whole case, as any four from 4 n + 1 on
PLANTED = {
    "a typo in the year": Planted("future", lambda: changed(CLEAN, 43, at="2062-01-10 09:00:00"), [43], says="2062"),
    "tomorrow is within the tolerance": Planted("future", lambda: changed(CLEAN, 480, at="2026-11-01 20:00:00"), []),
    "the day after is not": Planted("future", lambda: changed(CLEAN, 480, at="2026-11-02 00:00:01"), [480]),
    "before the floor": Planted("floor", lambda: changed(CLEAN, 5, at="1979-12-31 23:59:59"), [5]),
    "a floor of one's own": Planted(
        "floor", lambda: CLEAN, [1, 2, 3, 4, 5], {"before": "2026-01-06"}, says=CLEAN[0][2]
    ),
    "the epoch": Planted("defaults", lambda: at_default(8, 41, at="1970-01-01 00:00:00"), [8, 41], says="1970"),
    "the first of 2000": Planted("defaults", lambda: at_default(8, at="2000-01-01 00:00:00"), [8]),
    "the epoch, not at midnight": Planted("defaults", lambda: at_default(8, at="1970-01-01 00:00:07"), []),
    "work before the start": Planted("before_start", lambda: moved(42, -timedelta(hours=4)), [42]),
    "work after the end": Planted("after_end", lambda: moved(42, timedelta(days=1)), [42], says="the case ended"),
    "a burst": Planted("burst", lambda: again(42, 4, 1), [43, 44, 45], says="4 times"),
    "twice is no burst": Planted("burst", lambda: again(42, 2, 1), []),
    "a slow repeat is no burst": Planted("burst", lambda: again(42, 4, 60), []),
    "a burst as one calls it": Planted("burst", lambda: again(42, 3, 60), [43, 44], {"times": 3, "within": "2m"}),
    "no start": Planted("no_start", lambda: [*CLEAN[:40], *CLEAN[41:]], [41, 42, 43]),
    "a year off at the end": Planted("time_travel", lambda: moved(44, -timedelta(days=365)), [44], says="a year off"),
    "a year off in the middle": Planted("time_travel", lambda: moved(42, -timedelta(days=365)), [42]),
    "day and month swapped": Planted("time_travel", lambda: swapped(38), [38], says="day and month"),
    "twelve hours off": Planted("time_travel", lambda: moved(42, timedelta(hours=12)), [42], says="twelve hours"),
}


def test_a_clean_log_passes_every_gate(tmp_path: Path) -> None:
    gated = ask(write_gated(tmp_path, CLEAN, dict.fromkeys(ALL, "quarantine")))
    assert gated.found() == {}
    assert gated.held == {}
    assert gated.outcome is not None
    assert gated.outcome.warnings == ()
    # nothing is hidden behind "can't be told" but what needs earlier nights
    untold = {gate for gate, check in gated.checks.items() if check.outcome == "not_told"}
    assert untold == {"unknown_activity", "nulls", "stale"}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_rows_are_found_and_no_other(tmp_path: Path, name: str) -> None:
    planted = PLANTED[name]
    quality = dict.fromkeys(ALL, "off") | {planted.gate: {"level": "quarantine", **planted.settings}}
    gated = ask(write_gated(tmp_path, planted.rows(), quality))
    assert gated.held.get(planted.gate, []) == planted.wanted
    check = gated.checks[planted.gate]
    assert (check.outcome, check.rows) == (("held", len(planted.wanted)) if planted.wanted else ("passed", 0))
    assert planted.says in check.detail


def test_a_new_activity_is_told_from_the_second_night_on(tmp_path: Path) -> None:
    from tests.builders.night import run_night

    quality = {"unknown_activity": "quarantine"}
    write_gated(tmp_path, CLEAN, quality, delivery="increment", files="data/desk*.csv")
    assert not run_night(tmp_path).has_failed
    late = clean_rows(2, first=500)
    # one that the standard knows and the log had not, one that nobody knows
    bring(tmp_path, changed(late, 2, step="Fax"), "desk-2")
    gated = ask(tmp_path)
    assert gated.held == {"unknown_activity": [2]}
    assert "'Fax'" in gated.checks["unknown_activity"].detail


def test_reopened_cases_are_worked_on_by_right(tmp_path: Path) -> None:
    folder = write_gated(tmp_path, CLEAN)
    at = datetime.fromisoformat(CLEAN[43][2])
    more = [
        ("T0010", step, f"{at + timedelta(hours=n):%Y-%m-%d %H:%M:%S}", "a", "n")
        for n, step in enumerate(("Examine", "Reopen", "Resolve", "Close"), 1)
    ]
    made = write_gated(folder, after(44, *more), {"after_end": "quarantine"})
    text = made / "processes" / "desk" / "process.yaml"
    text.write_text(text.read_text().replace("case:\n", "case:\n  reopened_by: [Reopen]\n", 1))
    if "reopened_by" not in text.read_text().split("\ncase:")[1]:
        pytest.fail("the configuration was not changed")
    gated = ask(made)
    assert gated.held == {"after_end": [45]}


def test_more_rows_than_single_faults_can_explain_are_told_and_not_held(tmp_path: Path) -> None:
    """A clock set back must not send a night's rows to quarantine."""
    gated = ask(write_gated(tmp_path, CLEAN), now=datetime.fromisoformat("2026-02-01T00:00:00+00:00"))
    check = gated.checks["future"]
    assert gated.held == {}
    assert check.outcome == "warned"
    assert "a clock's or the mapping's" in check.detail


def test_rows_that_the_mapping_sets_aside_are_left_to_it(tmp_path: Path) -> None:
    rows = changed(changed(CLEAN, 7, at="soon"), 8, case="")
    quality = {"missing_instant": {"above": 0.0}, "elusive_case": {"level": "note", "above": 0.0}, "future": "off"}
    gated = ask(write_gated(tmp_path, rows, quality))
    assert {gate: (check.outcome, check.rows) for gate, check in gated.found().items()} == {
        "missing_instant": ("warned", 1),
        "elusive_case": ("noted", 1),
    }
    assert "done_at is 'soon' in row 7" in gated.checks["missing_instant"].detail
    assert gated.held == {}
    assert "future" not in gated.checks


def test_the_same_row_delivered_again_is_held_again(tmp_path: Path) -> None:
    folder = write_gated(tmp_path, changed(CLEAN, 43, at="2062-01-10 09:00:00"))
    assert ask(folder).held == {"future": [43]}
    bring(folder, [*changed(CLEAN, 43, at="2062-01-10 09:00:00"), *clean_rows(1, first=130)])
    assert ask(folder, now=NOW + timedelta(days=1)).held == {"future": [43]}
    set_quality(folder, {"future": "note"})
    bring(folder, changed(CLEAN, 44, at="2062-01-10 09:00:00"))
    gated = ask(folder, now=NOW + timedelta(days=2))
    assert gated.held == {}
    assert gated.checks["future"].outcome == "noted"
