"""Gates on a source as a whole and on patterns of the log: each tells what was planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders.gating import NOW, ask, bring, changed, clean_rows, config, set_quality, write_gated
from tests.builders.workspaces import HEADER, Row, csv_text, write_yaml

CLEAN = clean_rows()


def on_form(cases: int) -> list[Row]:
    """Three activities of some cases at one instant."""
    rows = list(CLEAN)
    for case in range(cases):
        at = rows[4 * case][2]
        rows[4 * case + 1] = (*rows[4 * case + 1][:2], at, *rows[4 * case + 1][3:])
        rows[4 * case + 2] = (*rows[4 * case + 2][:2], at, *rows[4 * case + 2][3:])
    return rows


def clicked(cases: int) -> list[Row]:
    """Close a second after Resolve."""
    rows = list(CLEAN)
    for case in range(cases):
        at = datetime.fromisoformat(rows[4 * case + 2][2]) + timedelta(seconds=1)
        rows[4 * case + 3] = (*rows[4 * case + 3][:2], f"{at:%Y-%m-%d %H:%M:%S}", *rows[4 * case + 3][3:])
    return rows


def renamed(names: dict[int, str], *, step: str = "Examine") -> list[Row]:
    """Other names for a step in some cases."""
    return [(case, names.get(int(case[1:]), name) if name == step else name, *rest) for case, name, *rest in CLEAN]


@dataclass(frozen=True)
class Planted:
    gate: str
    rows: Callable[[], list[Row]]
    found: int | None
    says: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


PLANTED = {
    "copies": Planted("duplicates", lambda: [*CLEAN, *CLEAN[:48]], 48, ("48 of 528 rows (9.1%)",)),
    "few copies": Planted("duplicates", lambda: [*CLEAN, *CLEAN[:4]], None),
    "a form": Planted("form_events", lambda: on_form(6), 18, ("'Examine', 'Register', 'Resolve' in 6 cases",)),
    "a form that was saved twice": Planted("form_events", lambda: on_form(2), None),
    "one click, two events": Planted("collateral", lambda: clicked(120), 120, ("'Close' follows 'Resolve'",)),
    "close now and then": Planted("collateral", lambda: clicked(60), None),
    "numbers in names": Planted(
        "polluted_label",
        lambda: renamed({n: f"Examine ticket {n}" for n in range(15)}),
        15,
        ("15 activities like 'Examine ticket 0'",),
    ),
    "two levels": Planted("polluted_label", lambda: renamed({n: f"Examine L{n % 3}" for n in range(60)}), None),
    "a slip of the pen": Planted(
        "distorted_label", lambda: renamed({3: "Exmaine", 4: "examine "}), 2, ("'Exmaine' reads like 'Examine'",)
    ),
    "other words": Planted("distorted_label", lambda: renamed({3: "Extend", 4: "Inspect"}), None),
    "two names for one thing": Planted(
        "synonymous_label",
        lambda: renamed(dict.fromkeys(range(0, 120, 2), "Inspect")),
        120,
        ("'Examine' and 'Inspect'",),
    ),
    "words in another order": Planted(
        "synonymous_label",
        lambda: renamed({2: "Check invoice", 3: "Invoice check"}),
        2,
        ("'Check invoice' and 'Invoice check'",),
    ),
    "one case, two spellings": Planted("scattered_case", lambda: changed(CLEAN, 8, case="t-1"), 4, ("'T0001', 't-1'",)),
}


def test_a_clean_log_shows_no_pattern(tmp_path: Path) -> None:
    assert ask(write_gated(tmp_path, CLEAN)).found() == {}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_patterns_are_told(tmp_path: Path, name: str) -> None:
    planted = PLANTED[name]
    quality = {planted.gate: {"level": "warn", **planted.settings}, "no_start": "off"}
    check = ask(write_gated(tmp_path, planted.rows(), quality)).checks[planted.gate]
    if planted.found is None:
        assert check.outcome == "passed", check.detail
    else:
        assert (check.outcome, check.rows) == ("warned", planted.found), check.detail
        for words in planted.says:
            assert words in check.detail


def test_ties_tell_nothing_where_instants_are_days(tmp_path: Path) -> None:
    rows = [(case, step, f"{at[:10]} 00:00:00", *rest) for case, step, at, *rest in CLEAN]
    gated = ask(write_gated(tmp_path, rows, {"form_events": {"activities": 2, "cases": 2}}))
    assert gated.checks["form_events"].outcome == "passed"


def test_one_name_for_two_things_is_told_where_roles_part_them(tmp_path: Path) -> None:
    rows = []
    for case, step, at, agent, branch in CLEAN:
        number = int(case[1:])
        # a check of the form at the desk, a check of the work in the shop: no neighbour in common
        named = {"Examine": "Check", "Resolve": "Ship"} if number % 2 else {"Register": "Order", "Close": "Check"}
        role = "desk" if number % 2 else "shop"
        rows.append((case, named.get(step, step), at, agent, branch, role))
    folder = write_gated(tmp_path, CLEAN)
    text = csv_text(rows, header=(*HEADER, "team"))
    (folder / "data" / "desk.csv").write_text(text, encoding="utf-8")
    made = config({"homonymous_label": "warn", "no_start": "off"})
    made["sources"]["tickets"]["mapping"]["role"] = "team"
    write_yaml(folder / "processes" / "desk" / "process.yaml", made)
    check = ask(folder).checks["homonymous_label"]
    assert check.outcome == "warned"
    assert check.detail == "'Check' by 'desk' and 'shop'"


def free_instants(quality: dict[str, Any] | None = None, **source: Any) -> dict[str, Any]:
    """A mapping that reads instants as they are written."""
    made = config(quality, **source)
    made["sources"]["tickets"]["mapping"]["completed"] = "done_at"
    return made


def test_instants_written_in_two_ways_are_told(tmp_path: Path) -> None:
    rows = [
        (case, step, f"{at}+08:00" if n % 40 == 7 else at, *rest) for n, (case, step, at, *rest) in enumerate(CLEAN)
    ]
    folder = write_gated(tmp_path, rows)
    write_yaml(folder / "processes" / "desk" / "process.yaml", free_instants())
    check = ask(folder).checks["unanchored"]
    assert (check.outcome, check.rows) == ("warned", 12)
    assert "done_at is written in 2 ways" in check.detail
    # fractions of a second and a T are no other way
    plain = [
        (case, step, at.replace(" ", "T") + ".500" if n % 2 else at, *rest)
        for n, (case, step, at, *rest) in enumerate(CLEAN)
    ]
    bring(folder, plain)
    assert ask(folder, now=NOW + timedelta(days=1)).checks["unanchored"].outcome == "passed"


def test_instants_that_nothing_maps_are_told(tmp_path: Path) -> None:
    folder = write_gated(tmp_path, CLEAN)
    rows = [(*row, row[2].replace("2026-", "2025-"), "12:30 or so") for row in CLEAN]
    text = csv_text(rows, header=(*HEADER, "called_at", "note"))
    (folder / "data" / "desk.csv").write_text(text, encoding="utf-8")
    check = ask(folder).checks["scattered_event"]
    assert (check.outcome, check.detail) == ("noted", "instants that nothing maps stand in 'called_at'")


def daily(day: int, *, rows: int = 40, shift: int = 0, agents: float = 1.0) -> list[Row]:
    """What one day brings: `rows` events between 8 and 12 o'clock."""
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(days=day)
    made = []
    for n in range(rows):
        at = begin + timedelta(hours=shift) + n * timedelta(hours=4) / rows + timedelta(seconds=(day * 7 + n) % 31)
        agent = f"agent {n % 5}" if n < agents * rows else ""
        made.append(
            (
                f"D{day:02}-{n // 4}",
                ("Register", "Examine", "Resolve", "Close")[n % 4],
                f"{at:%Y-%m-%d %H:%M:%S}",
                agent,
                "n",
            )
        )
    return made


def nights(folder: Path, days: list[list[Row]], quality: dict[str, Any] | None = None) -> Any:
    """A night after each day; what the gates said in the last one."""
    write_gated(folder, days[0], quality, delivery="increment", files="data/desk*.csv")
    gated = None
    for number, rows in enumerate(days):
        bring(folder, rows, f"desk{number:03}")
        (folder / "data" / "desk.csv").unlink(missing_ok=True)
        last = datetime.fromisoformat(rows[-1][2]).replace(tzinfo=UTC)
        gated = ask(folder, now=last.replace(hour=23, minute=0, second=0))
    return gated


@pytest.mark.slow
def test_a_column_that_runs_empty_is_told(tmp_path: Path) -> None:
    days = [daily(day, agents=0.95) for day in range(5)]
    assert nights(tmp_path / "a", days).checks["nulls"].outcome == "passed"
    check = nights(tmp_path / "b", [*days, daily(6, agents=0.5)]).checks["nulls"]
    assert (check.outcome, check.rows) == ("warned", 20)
    assert check.detail == "50.0% of the rows have no agent, usually 5.0%"
    early = nights(tmp_path / "c", [*days[:2], daily(6, agents=0.5)]).checks["nulls"]
    assert (early.outcome, early.detail) == ("not_told", "not enough history: 2 loads before")


@pytest.mark.slow
def test_a_day_with_few_rows_is_told_by_its_weekday(tmp_path: Path) -> None:
    """Weekends are quiet by habit; a quiet Wednesday is not."""

    def usual(day: int) -> list[Row]:
        return daily(day, rows=8 if day % 7 > 4 else 60)

    days = [usual(day) for day in range(38)]
    assert nights(tmp_path / "a", days).checks["volume"].outcome == "passed"
    days[30] = daily(30, rows=4)
    wednesday = nights(tmp_path / "b", days[:32]).checks["volume"]
    assert wednesday.outcome == "warned"
    assert wednesday.detail.startswith("2026-04-01 has 4 rows, usually ")
    assert wednesday.detail.endswith("on a Wednesday")


def test_a_source_that_falls_silent_is_told(tmp_path: Path) -> None:
    days = [daily(day) for day in range(5)]
    assert nights(tmp_path, days).checks["stale"].outcome == "passed"
    bring(tmp_path, daily(3, rows=20), "desk900")
    gated = ask(tmp_path, now=datetime(2026, 3, 20, tzinfo=UTC))
    assert gated.checks["stale"].outcome == "warned"
    assert "2026-03-06" in gated.checks["stale"].detail
    set_quality(tmp_path, {"stale": {"level": "warn", "after": "30d"}}, delivery="increment", files="data/desk*.csv")
    bring(tmp_path, daily(2, rows=20), "desk901")
    assert ask(tmp_path, now=datetime(2026, 3, 21, tzinfo=UTC)).checks["stale"].outcome == "passed"
    bring(tmp_path, daily(1, rows=20), "desk902")
    late = ask(tmp_path, now=datetime(2026, 4, 21, tzinfo=UTC)).checks["stale"]
    assert "at most 30.0 days are allowed" in late.detail


@pytest.mark.slow
def test_a_clock_that_is_hours_off_is_told(tmp_path: Path) -> None:
    days = [daily(day, rows=120) for day in range(5)]
    assert nights(tmp_path / "a", [*days, daily(5, rows=240)]).checks["unanchored"].outcome == "passed"
    check = nights(tmp_path / "b", [*days, daily(5, rows=240, shift=8)]).checks["unanchored"]
    assert (check.outcome, check.rows) == ("warned", 240)
    assert check.detail == "the hours of load 6 lie 8 h later than those before it"
