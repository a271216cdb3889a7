"""The operator's commands on the terminal: undo, run again, redo, and the list of runs."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from pipelines.cli.app import app
from tests.builders.workspaces import ROWS, write_data, write_process, write_settings
from tests.pipelines.operating.facts import incremental, night, nothing_lands

NARROW = CliRunner(env={"COLUMNS": "60"})


def test_a_run_is_listed_undone_and_redone(tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_process(tmp_path, config=incremental())
    night(tmp_path)
    write_data(tmp_path, "desk_2", [("U1", *row[1:]) for row in ROWS[:4]])
    run = night(tmp_path)

    def asked(*words: str, answer: str | None = None) -> tuple[int, str]:
        result = NARROW.invoke(app, [*words, "-w", str(tmp_path)], input=answer)
        return result.exit_code, result.output

    with nothing_lands(tmp_path):
        code, told = asked("undo", run, answer="n\n")
    assert code == 1
    assert "data/desk_2.csv) is set aside" in told
    assert asked("undo", run, "--yes", "--direct")[0] == 0
    code, told = asked("runs")
    assert code == 0
    lines = [line.split() for line in told.splitlines()]
    assert [line[0] for line in lines[1:3]][1] == run
    assert "undone" in lines[2]
    assert lines[3][-2:] == ["of", run]
    assert lines[2][-2:] == ["by", lines[3][0]]
    assert asked("redo", run, "--yes", "--direct")[0] == 0
    assert "undone" not in asked("runs")[1].splitlines()[2]
    code, told = asked("compact")
    assert code == 0
    assert told.count("given back") == 2
