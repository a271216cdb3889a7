"""Workspaces whose rows come before the quality gates: a clean log to plant faults in, and what the gates said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import BadInput
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.stages.gates import pass_gates
from pipelines.stages.outcome import StageOutcome
from pipelines.stages.pull import pull
from pipelines.workspace.load import load_workspace
from tests.builders.workspaces import STEPS, Row, process_config, write_data, write_process, write_settings, write_yaml

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def clean_rows(cases: int = 120, *, first: int = 0, begin: datetime = datetime(2026, 1, 5, 8, tzinfo=UTC)) -> list[Row]:
    """Cases as drawn, in the order of the file, no instant like another: nothing that a gate could find."""
    rows = []
    for case in range(first, first + cases):
        at = begin + case * timedelta(hours=13, minutes=7, seconds=11)
        for place, step in enumerate(STEPS):
            at += timedelta(hours=place + 1, minutes=(7 * case + place) % 59, seconds=(11 * case + 3 * place) % 53 + 1)
            agent = f"agent {case % 7}"
            rows.append((f"T{case:04}", step, f"{at:%Y-%m-%d %H:%M:%S}", agent, ("north", "south")[case % 2]))
    return rows


def changed(rows: Sequence[Row], number: int, **fields: str) -> list[Row]:
    """The rows with fields of one (counted from 1) changed."""
    places = {"case": 0, "step": 1, "at": 2, "agent": 3, "branch": 4}
    row = list(rows[number - 1])
    for name, value in fields.items():
        row[places[name]] = value
    return [*rows[: number - 1], tuple(row), *rows[number:]]


def config(quality: Mapping[str, Any] | None = None, **source: Any) -> dict[str, Any]:
    """A process.yaml with gates; `source` goes over the source's own keys."""
    made = process_config("desk", quality=dict(quality or {}))
    made["sources"]["tickets"].update(source)
    return made


def write_gated(
    folder: Path, rows: Sequence[Sequence[str]], quality: Mapping[str, Any] | None = None, **source: Any
) -> Path:
    """A workspace with these rows before its gates."""
    write_settings(folder)
    write_process(folder, rows=rows, config=config(quality, **source))
    return folder


def bring(folder: Path, rows: Sequence[Sequence[str]], name: str = "desk") -> None:
    """The next delivery."""
    write_data(folder, name, rows)


def set_quality(folder: Path, quality: Mapping[str, Any] | None, **source: Any) -> None:
    """Other gates."""
    write_yaml(folder / "processes" / "desk" / "process.yaml", config(quality, **source))


@dataclass(frozen=True)
class Check:
    outcome: str
    rows: int | None
    detail: str


@dataclass(frozen=True)
class Gated:
    """What the gates did: the answer of each, and the rows held by gate."""

    outcome: StageOutcome | None
    problems: tuple[Any, ...]
    checks: Mapping[str, Check]
    held: Mapping[str, list[int]]

    def found(self) -> dict[str, Check]:
        """The gates that found something."""
        return {gate: check for gate, check in self.checks.items() if check.outcome not in {"passed", "not_told"}}


def ask(folder: Path, *, now: datetime = NOW) -> Gated:
    """Pull and ask the gates, as a night that begins `now` would."""
    workspace = load_workspace(folder)
    plan = make_plan(workspace, environ={})
    night = new_night(workspace, as_of=None, clock=lambda: now)
    stages = {stage.name: stage for stage in plan.of("desk")}
    if "pull" in stages:
        pull(night, "desk", stages["pull"].files)
    problems: tuple[Any, ...] = ()
    outcome = None
    try:
        outcome = pass_gates(night, "desk")
    except BadInput as error:
        problems = error.problems
    mart = workspace.path(workspace.settings.warehouse.mart)
    landing = workspace.path(workspace.settings.warehouse.landing)
    with duckdb.connect(str(mart), read_only=True) as connection:
        checks = {
            gate: Check(outcome_of, rows, detail)
            for gate, outcome_of, rows, detail in connection.execute(
                "SELECT gate, outcome, rows, detail FROM quality_checks WHERE run_id = $run", {"run": night.run_id}
            ).fetchall()
        }
    with duckdb.connect(str(landing), read_only=True) as connection:
        held: dict[str, list[int]] = {}
        for reason, number in connection.execute(
            "SELECT reason, row_number FROM held_rows WHERE run_id = $run ORDER BY ALL", {"run": night.run_id}
        ).fetchall():
            held.setdefault(reason, []).append(number)
    return Gated(outcome, problems, checks, held)
