"""The queries of the row gates against their twin, on random and degenerate logs."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders.events import LOADED_AT, Delivery, a_process, landed_store
from tests.naive.gates import GateRow, Lines, offending
from warehouse.gates.arrivals import choose_and_map, lay_out
from warehouse.gates.rows import find_rows
from warehouse.gates.settings import GateSettings
from warehouse.specification import CaseSpec

GATES = ("future", "floor", "defaults", "before_start", "after_end", "burst", "no_start", "time_travel")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLENNIUM = datetime(2000, 1, 1, tzinfo=UTC)
LINES = Lines(
    asked_at=LOADED_AT,
    floor=datetime(1990, 1, 1, tzinfo=UTC),
    defaults=(EPOCH, MILLENNIUM),
    starts=frozenset({"Register"}),
    ends=frozenset({"Close"}),
    reopens=frozenset({"Reopen"}),
    future_tolerance=timedelta(hours=6),
    clock_tolerance=timedelta(seconds=30),
    burst_times=3,
    burst_within=timedelta(seconds=2),
)
SETTINGS = GateSettings(
    future_tolerance_us=6 * 3600 * 1_000_000,
    floor_at=LINES.floor,
    default_instants=LINES.defaults,
    burst_times=3,
    burst_within_us=2_000_000,
    form_activities=3,
    form_cases=5,
    collateral_within_us=2_000_000,
    collateral_share=0.9,
    collateral_times=20,
    polluted_labels=10,
    synonymous_times=30,
    homonymous_times=30,
)
PROCESS = a_process(
    case=CaseSpec(
        start_activities=("Register",),
        end_activities=("Close",),
        reopened_by=("Reopen",),
        clock_tolerance_us=30_000_000,
    )
)


def random_rows(seed: int) -> list[GateRow]:
    """Cases of a few events, many of them off by something."""
    dice = random.Random(seed)
    rows: list[GateRow] = []
    for case in range(dice.choice([0, 1, 3, 12, 60])):
        at = datetime(2026, dice.randrange(1, 12), dice.randrange(1, 13), dice.randrange(24), tzinfo=UTC)
        for step in range(dice.randrange(1, 7)):
            activity = dice.choice(["Register", "Examine", "Examine", "Close", "Reopen"]) if step else "Register"
            if dice.random() < 0.1:
                activity = "Examine"
            at += timedelta(seconds=dice.choice([0, 1, 2, 20, 40, 3_600, 90_000]))
            shown = at
            slip = dice.random()
            if slip < 0.03:
                shown = at.replace(year=at.year + dice.choice([-1, 1]), day=min(at.day, 28))
            elif slip < 0.06 and at.day <= 12:
                shown = at.replace(day=at.month, month=at.day)
            elif slip < 0.09:
                shown = at + timedelta(hours=dice.choice([-12, 12]))
            elif slip < 0.12:
                shown = dice.choice(
                    [EPOCH, MILLENNIUM, datetime(1985, 6, 1, tzinfo=UTC), LOADED_AT + timedelta(days=9)]
                )
            rows.append(GateRow(len(rows) + 1, f"C{case}", activity, shown))
            if dice.random() < 0.05:
                rows.append(GateRow(len(rows) + 1, f"C{case}", activity, shown))
    if dice.random() < 0.3:
        dice.shuffle(rows)
        rows = [GateRow(number, row.case, row.activity, row.at) for number, row in enumerate(rows, 1)]
    return rows


def asked(folder: Path, rows: list[GateRow]) -> dict[str, set[int]]:
    landed = [
        {"case": r.case, "activity": r.activity, "done": r.at.isoformat(), "agent": "a", "team": None} for r in rows
    ]
    nobody = [{"case": "", "activity": "", "done": "", "agent": "", "team": ""}]
    with landed_store(folder, PROCESS, [Delivery("events", landed or nobody)]) as store:
        choose_and_map(store, PROCESS, [1])
        lay_out(store, PROCESS, [1], SETTINGS)
        find_rows(store, PROCESS, SETTINGS, GATES)
        found = store.fetch_sql("test/found", "SELECT gate, row_number FROM temp.gate_findings")
    return {gate: {number for name, number in found if name == gate} for gate in GATES}


@pytest.mark.parametrize("seed", range(40))
def test_the_queries_find_what_their_twin_finds(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed)
    assert asked(tmp_path, rows) == offending(rows, LINES)


def test_the_seeds_try_every_gate() -> None:
    found = [offending(random_rows(seed), LINES) for seed in range(40)]
    for gate in GATES:
        assert sum(bool(each[gate]) for each in found) >= 3, gate
