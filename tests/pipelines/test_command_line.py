"""The command line as its user meets it: helps, exit codes, the example workspace from init to query."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app

BIN = Path(sys.executable).parent


def _asrun(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "COLUMNS": "200", "TERM": "dumb"}
    return subprocess.run(
        [BIN / "asrun", *arguments], cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The example workspace with its night run, and what the run printed."""
    folder = tmp_path_factory.mktemp("cli") / "example"
    made = _asrun("init", str(folder), folder=folder.parent)
    assert made.returncode == 0, made.stderr
    done = _asrun("run", "--direct", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture
def example(first_run: tuple[Path, str]) -> Path:
    return first_run[0]


COMMANDS = [
    "init",
    "check",
    "plan",
    "run",
    "serve",
    "report",
    "explain",
    "query",
    "schema",
    "export",
    "snapshots",
    "demo",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_with_an_example(command: str) -> None:
    shown = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"Example: asrun {command}" in shown.stdout


def test_the_help_tells_the_exit_codes_and_offers_completion(tmp_path: Path) -> None:
    shown = _asrun("--help", folder=tmp_path).stdout
    assert "0 done, 1 a run failed, 2 bad input" in shown
    assert "--install-completion" in shown


def test_the_example_is_without_problems(example: Path) -> None:
    done = _asrun("check", folder=example)
    assert done.returncode == 0, done.stderr
    assert "No problems." in done.stdout


def test_the_deviations_of_the_example_are_told(example: Path) -> None:
    shown = _asrun(
        "query",
        "SELECT case_id, kind, activity FROM deviations ORDER BY ALL NULLS FIRST",
        "--format",
        "csv",
        folder=example,
    )
    assert list(csv.reader(io.StringIO(shown.stdout)))[1:] == [
        ["R-102", "late", ""],
        ["R-102", "late", "Visit arranged"],
        ["R-103", "skipped", "Visit arranged"],
        ["R-104", "out_of_order", "Repair done"],
    ]


def test_a_second_run_plans_nothing(example: Path) -> None:
    assert "Nothing to do" in _asrun("plan", folder=example).stdout
    assert "Nothing to do" in _asrun("run", "--direct", folder=example).stdout
    anew = _asrun("plan", "--full-refresh", folder=example).stdout
    assert all(stage in anew for stage in ("shape", "judge", "hotspots"))


def test_a_pipe_gets_no_bars(first_run: tuple[Path, str]) -> None:
    _, told = first_run
    assert "hotspots" in told
    assert "\x1b[" not in told
    assert "━" not in told


def test_explain_tells_a_case(example: Path) -> None:
    shown = _asrun("explain", "repairs", "R-104", folder=example)
    assert shown.returncode == 0
    assert "“Repair done” was done after “Invoice sent” instead of before it." in shown.stdout
    chinese = _asrun("explain", "repairs", "R-104", "--language", "zh", folder=example)
    assert "顺序颠倒" in chinese.stdout


def test_a_misspelt_case_gets_the_nearest(example: Path) -> None:
    shown = _asrun("explain", "repairs", "R-14", folder=example)
    assert shown.returncode == 2
    assert "R-104" in shown.stderr


def test_a_query_as_json_and_parquet(example: Path, tmp_path: Path) -> None:
    shown = _asrun(
        "query", "SELECT state, count(*) AS n FROM cases GROUP BY ALL ORDER BY 1", "--format", "json", folder=example
    )
    assert json.loads(shown.stdout) == [{"state": "closed", "n": 5}, {"state": "open", "n": 1}]
    target = tmp_path / "cases.parquet"
    done = _asrun("query", "SELECT * FROM cases", "--output", str(target), folder=example)
    assert done.returncode == 0, done.stderr
    assert target.read_bytes()[:4] == b"PAR1"


def test_a_query_can_not_write(example: Path) -> None:
    shown = _asrun("query", "DELETE FROM deviations", folder=example)
    assert shown.returncode != 0
    assert "Traceback" not in shown.stderr


def test_schema_comments_every_column(example: Path) -> None:
    shown = _asrun("schema", "hotspots", folder=example).stdout
    assert "recoverable_seconds" in shown
    assert "max(0, instances x (mean - reference mean))" in shown
    wrong = _asrun("schema", "hotspot", folder=example)
    assert wrong.returncode == 2
    assert "Did you mean 'hotspots'?" in wrong.stderr


def test_init_proposes_a_mapping_that_runs(tmp_path: Path) -> None:
    data = tmp_path / "export.csv"
    rows = ["Case ID,Activity,Complete Timestamp,Resource"]
    for case in range(40):
        for hour, step in enumerate(("Open", "Work", "Close")):
            rows.append(f"C{case},{step},2026-03-{case % 28 + 1:02d} {hour + 9:02d}:00:00,Person {case % 3}")
    data.write_text("\n".join(rows), encoding="utf-8")
    folder = tmp_path / "desk"
    made = _asrun("init", str(folder), "--data", str(data), "--process", "desk", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    done = _asrun("run", "--direct", folder=folder)
    assert done.returncode == 0, done.stderr
    shown = _asrun(
        "query", "SELECT count(*) AS cases, sum(event_count) AS events FROM cases", "--format", "json", folder=folder
    )
    assert json.loads(shown.stdout) == [{"cases": 40, "events": 120}]
    again = _asrun("init", str(folder), "--data", str(data), "--process", "desk", folder=tmp_path)
    assert again.returncode == 2


def test_no_workspace_says_what_to_do(tmp_path: Path) -> None:
    shown = _asrun("plan", folder=tmp_path)
    assert shown.returncode == 2
    assert "asrun init" in shown.stderr
