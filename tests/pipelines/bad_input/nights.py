"""Nights that go wrong: one process tried, its problems read, and the published facts compared."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.errors import BadInput, Problem
from pipelines.planning.execute import ProcessResult, RunResult, run_process
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.workspace.load import load_workspace
from tests.builders.night import SilentObserver

Facts = dict[str, list[str]]

# ledgers tell what happened, facts what is so
_LEDGERS = {"runs", "run_stages", "quality_checks", "process_catalogue"}
# what depends on the order in which things came, not on what came
_OF_ARRIVAL = {"load_id", "row_number", "run_id", "first_seen", "last_seen", "resolved_at"}
_OF_ARRIVAL_TABLES = {"loads", "stage_states", "discovered_models", "deviation_sightings"}
MART = "warehouse/mart.duckdb"
SNAPSHOT = "published/asrun.duckdb"


def clock() -> datetime:
    return datetime.now(UTC)


def copy_of(template: Path, folder: Path) -> Path:
    """A workspace with its night behind it, for one test to spoil."""
    shutil.copytree(template, folder)
    return folder


def facts_of(folder: Path, process: str, *, file: str = SNAPSHOT, of_arrival: bool = True) -> Facts:
    """Every row of a process in the tables and views of a store file, as text, sorted.

    `of_arrival` False leaves out what depends on the order of arrival (load numbers, first and last seen, findings of
    earlier nights).
    """
    found: Facts = {}
    with duckdb.connect(str(folder / file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        columns = connection.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal GROUP BY 1 ORDER BY 1"
        ).fetchall()
        for table, names in columns:
            if table in _LEDGERS or "process" not in names or (not of_arrival and table in _OF_ARRIVAL_TABLES):
                continue
            chosen = ", ".join(f'"{name}"' for name in names if of_arrival or name not in _OF_ARRIVAL)
            has_status = table in {"deviations", "deviation_totals"}
            present = " AND status <> 'resolved'" if has_status and not of_arrival else ""
            sql = f'SELECT {chosen} FROM "{table}" WHERE process = $p{present}'
            rows = connection.execute(sql, {"p": process}).fetchall()
            found[table] = sorted(map(repr, rows))
    return found


def changed(before: Facts, after: Facts) -> list[str]:
    """The tables in which two sets of facts differ."""
    return sorted(table for table in before.keys() | after.keys() if before.get(table) != after.get(table))


def quarantined(folder: Path, process: str, *, file: str = MART) -> list[tuple[str, int, str | None]]:
    """Reason, row number and column of each quarantined row."""
    with duckdb.connect(str(folder / file), read_only=True) as connection:
        return connection.execute(
            "SELECT reason, row_number, column_name FROM quarantined_rows WHERE process = $p ORDER BY 2, 1",
            {"p": process},
        ).fetchall()


@dataclass(frozen=True)
class Attempt:
    """What became of one process in a night that was not published."""

    folder: Path
    process: str
    result: ProcessResult | None
    problems: tuple[Problem, ...]
    before: Facts

    @property
    def told(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    @property
    def warnings(self) -> str:
        return "\n".join(w for done in (self.result.done if self.result else ()) for w in done.outcome.warnings)

    def is_refused(self, *fragments: str) -> None:
        """It failed, said all of this, and left the facts as they were."""
        assert self.problems, "nothing was found wrong"
        assert_told(self.problems, *fragments)
        assert changed(self.before, facts_of(self.folder, self.process, file=MART)) == []

    def is_done(self) -> None:
        """It went through."""
        assert not self.problems, self.told
        assert self.result is not None


def assert_told(problems: tuple[Problem, ...], *fragments: str) -> None:
    """The problems are said in plain words, each with its place, and hold the fragments."""
    told = "\n".join(str(problem) for problem in problems)
    for fragment in fragments:
        assert fragment in told, told
    for sign in ("Traceback", "did not foresee", "Error:", "pydantic", "SELECT ", "Input should be"):
        assert sign not in told, told
    assert len(told) < 4_000, told[:4_000]
    for problem in problems:
        assert problem.what.endswith((".", ")", "?")), problem
        assert "\n" not in problem.what, problem


def attempt(folder: Path, process: str = "desk", *, environ: Mapping[str, str] | None = None) -> Attempt:
    """Plan and carry out the stages of one process, without publishing."""
    before = facts_of(folder, process, file=MART)
    try:
        workspace = load_workspace(folder)
    except BadInput as error:
        return Attempt(folder, process, None, error.problems, before)
    plan = make_plan(workspace, processes=[process], environ=environ or {})
    if plan.refusals:
        return Attempt(folder, process, None, plan.refusals[0].problems, before)
    night = new_night(workspace, as_of=None, clock=clock)
    result = run_process(night, process, plan.of(process), observer=SilentObserver(), clock=clock)
    return Attempt(folder, process, result, result.problems, before)


def result_of(run: RunResult, process: str) -> ProcessResult:
    """What became of one process of a run."""
    return next(result for result in run.processes if result.process == process)
