"""Verdicts on variants are kept from night to night, and no kept verdict differs from a new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.planning.execute import RunResult
from tests.builders.night import run_night
from tests.builders.workspaces import ROWS, standard_config, write_data, write_workspace, write_yaml
from tests.pipelines.bad_input.nights import changed, facts_of

pytestmark = pytest.mark.usefixtures("without_pages")

# Z01 goes a way of its own; Z02 goes that of T10, which skips a step
NEW = tuple(
    (case, step, f"2026-03-01 {9 + place:02}:00:00", "agent 1", "north")
    for case, steps in (("Z01", ("Register", "Resolve", "Examine", "Close")), ("Z02", ("Register", "Resolve", "Close")))
    for place, step in enumerate(steps)
)


def told_by(run: RunResult, stage: str) -> str:
    assert not run.has_failed
    return next(done.outcome.note for process in run.processes for done in process.done if done.stage.name == stage)


def standard_path(folder: Path) -> Path:
    return next((folder / "processes" / "desk" / "standards").glob("*/standard.yaml"))


def test_a_night_judges_the_variants_that_are_new(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "w")
    assert "3 variants judged (3 of them new)" in told_by(run_night(folder), "judge")
    write_data(folder, rows=(*ROWS, *NEW))
    assert "4 variants judged (1 of them new)" in told_by(run_night(folder), "judge")
    whole = write_workspace(tmp_path / "whole")
    write_data(whole, rows=(*ROWS, *NEW))
    run_night(whole)
    once, kept = facts_of(whole, "desk", of_arrival=False), facts_of(folder, "desk", of_arrival=False)
    assert changed(once, kept) == []
    assert len(once["variant_findings"]) > 1
    # what no case needs any more is dropped
    write_data(folder, rows=ROWS[:8])
    assert "1 variants judged (0 of them new)" in told_by(run_night(folder), "judge")
    few = facts_of(folder, "desk")
    assert {len(few[table]) for table in ("variant_verdicts", "variant_findings")} == {0, 1}
    assert len(few["alignment_moves"]) == 4


@pytest.mark.slow
def test_what_a_verdict_rests_on_decides_whether_it_is_kept(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "w")
    run_night(folder)
    standard = standard_path(folder)
    write_yaml(standard, standard_config(notes="Only a note."))
    assert "(0 of them new)" in told_by(run_night(folder), "judge")
    write_yaml(standard, standard_config(notes="Only a note.", severity="critical"))
    assert "(3 of them new)" in told_by(run_night(folder), "judge")
    flow = standard.with_name("flow.bpmn")
    flow.write_text(flow.read_text(encoding="utf-8").replace("Examine", "Look at"), encoding="utf-8")
    write_yaml(standard, standard_config(activities={"Examine": "Look at"}))
    assert "(3 of them new)" in told_by(run_night(folder), "judge")


@pytest.mark.slow
def test_a_full_refresh_keeps_nothing(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "w")
    run_night(folder)
    before = facts_of(folder, "desk", of_arrival=False)
    assert "(3 of them new)" in told_by(run_night(folder, full_refresh=True), "judge")
    assert changed(before, facts_of(folder, "desk", of_arrival=False)) == []
