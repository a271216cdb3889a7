"""Case ids, activities and people that try to be SQL, markup, formulas or terminal commands, through a whole night."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.cli import app as command_line
from tests.builders.night import run_night
from tests.builders.workspaces import HEADER, STEPS, csv_text, write_workspace

HOSTILE = (
    "O'Brien\"; DROP TABLE cases;--",
    "{{ 7*7 }}{% raw %}",
    "{from} {limit} {case_id} {0}",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "[red]x[/red] [/]",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202eRTL\u2066",
    "line\nbreak",
    "tab\there",
    "x" * 10_000,
    "😀👨‍👩‍👧 服务",
    "../../etc/passwd",
    "%s%n%d",
    "NULL",
    "a\x01\x7f",
    "\\u0000",
    "`id` $(id) ${jndi:x}",
    "&amp;<b>",
    "]]><!--",
    "'",
)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night over every hostile text as a case, an activity, a person and a segment."""
    folder = write_workspace(tmp_path_factory.mktemp("hostile") / "w", "alpha")
    rows = []
    for day, text in enumerate(HOSTILE, 1):
        steps = (*STEPS[:3], text, STEPS[3])
        rows += [(text, step, f"2026-03-{day:02} {9 + hour:02}:00:00", text, text) for hour, step in enumerate(steps)]
    (folder / "data" / "alpha.csv").write_text(csv_text(rows), encoding="utf-8", newline="")
    assert HEADER[0] == "ticket"
    run = run_night(folder)
    assert not run.has_failed, [result.problems for result in run.processes]
    warnings = "".join(w for result in run.processes for done in result.done for w in done.outcome.warnings)
    assert "no model was discovered" in warnings
    return folder


def asked(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, str]:
    """A command with its exit code and what it printed."""
    monkeypatch.setattr(sys, "argv", ["asrun", words[0], "--workspace", str(folder), *words[1:]])
    code = 0
    try:
        command_line.main()
    except SystemExit as left:
        code = int(left.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def assert_harmless(text: str) -> None:
    for sign in ("\x1b", "\x07", "\x01", "\x7f", "\u202e", "\u2066", "Traceback"):
        assert sign not in text


def test_every_text_is_published_as_it_came(night: Path) -> None:
    with duckdb.connect(str(night / "published" / "asrun.duckdb"), read_only=True) as connection:
        cases = {row[0] for row in connection.execute("SELECT case_id FROM cases").fetchall()}
        unknown = connection.execute(
            "SELECT activity, sentence_en FROM deviations WHERE kind = 'unknown_activity'"
        ).fetchall()
        people = {row[0] for row in connection.execute("SELECT DISTINCT resource FROM events").fetchall()}
        lost = connection.execute("SELECT count(*) FROM quarantined_rows").fetchone()
    assert cases == people == {activity for activity, _ in unknown} == set(HOSTILE)
    assert all(activity in sentence for activity, sentence in unknown), "a text is never taken for a placeholder"
    assert lost == (0,)


def test_the_report_shows_them_as_text(night: Path) -> None:
    page = (night / "published" / "report" / "alpha.html").read_text(encoding="utf-8")
    for harmful in ("<script>alert", "<img src=x", "</script><img"):
        assert harmful not in page
    assert_harmless(page.replace("Traceback", ""))
    assert ">49<" not in page


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_explain_tells_each_case(
    night: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    code, told, wrong = asked(night, capsys, monkeypatch, "explain", "alpha", text)
    assert (code, wrong) == (0, "")
    assert_harmless(told)


def test_a_table_of_a_query_is_harmless(
    night: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = 'SELECT case_id AS "[red]\x1b[31m", activity FROM events WHERE length(case_id) < 100'
    code, told, _ = asked(night, capsys, monkeypatch, "query", sql)
    assert code == 0
    assert_harmless(told)
    assert "[red]x[/red] [/]" in told


def test_a_csv_of_a_query_holds_no_formula(
    night: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told, _ = asked(night, capsys, monkeypatch, "query", "SELECT DISTINCT case_id FROM cases", "--format", "csv")
    cells = [row[0] for row in csv.reader(io.StringIO(told, newline=""))][1:]
    assert code == 0
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {cell.removeprefix("'") or "'" for cell in cells} == {text.removeprefix("'") or "'" for text in HOSTILE}


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "alpha", "\x1b[31mnobody\u202e[bold]"),
        ("explain", "[red]alpha\x1b", "x"),
        ("run", "[/]\x1b[2J"),
        ("report", "../../etc\x1b"),
        ("schema", "\x1b[31m"),
        ("query", "SELECT '\x1b[31m' FROM nothing"),
    ],
    ids=lambda words: words[0],
)
def test_what_is_typed_wrong_is_told_harmlessly(
    night: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    code, told, wrong = asked(night, capsys, monkeypatch, *words)
    assert code in {1, 2}
    assert wrong.startswith("error ")
    assert_harmless(told + wrong)


@pytest.mark.parametrize("words", [("report",), ("explain", "alpha", "x"), ("query", "SELECT 1"), ("schema",)])
@pytest.mark.parametrize("content", [None, b"no database" * 500])
def test_a_snapshot_missing_or_broken_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    content: bytes | None,
) -> None:
    folder = write_workspace(tmp_path / "w")
    if content is not None:
        (folder / "published").mkdir()
        (folder / "published" / "asrun.duckdb").write_bytes(content)
    code, _, wrong = asked(folder, capsys, monkeypatch, *words)
    assert code == 1
    assert str(folder / "published" / "asrun.duckdb") in wrong
    assert "asrun run" in wrong
    assert "no published snapshot" in wrong or "can't be opened as a DuckDB file" in wrong


@pytest.mark.parametrize("instant", ["yesterday", "2026-13-01", "9999-12-31", "0001-01-01", ""])
def test_an_instant_that_makes_no_sense_is_refused(
    night: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, instant: str
) -> None:
    code, _, wrong = asked(night, capsys, monkeypatch, "run", "--direct", "--as-of", instant)
    assert code == 2
    assert wrong.startswith(f"error --as-of: '{instant}'")


def test_a_real_command_ends_with_words_and_its_code(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "w")
    (folder / "data" / "desk.csv").write_text("")
    command = [sys.executable, "-m", "pipelines.cli.app", "run", "--direct", "--workspace", str(folder)]
    left = subprocess.run(command, capture_output=True, text=True, check=False)
    assert left.returncode == 1
    assert "failed process desk; its last published results stay" in left.stderr
    assert "data/desk.csv: the file is empty." in left.stderr
    (folder / "processes" / "desk" / "process.yaml").write_text("title: {")
    left = subprocess.run(command, capture_output=True, text=True, check=False)
    assert left.returncode == 2
    assert left.stderr.startswith("error processes/desk/process.yaml:1: not valid YAML")
    assert "Traceback" not in left.stderr
