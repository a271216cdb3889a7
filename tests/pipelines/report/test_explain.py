from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pipelines.errors import BadInput
from pipelines.explain import explain_case, render_story
from warehouse.reading.adhoc import run_query


def _told(story: object, **options: str) -> str:
    console = Console(width=220, record=True, file=None, force_terminal=False, quiet=False)
    with console.capture() as captured:
        console.print(render_story(story, **options))  # type: ignore[arg-type]
    return captured.get()


def _case_with(published: Path, kind: str) -> str:
    sql = f"SELECT min(case_id) AS c FROM deviations WHERE process = 'desk' AND kind = '{kind}' AND status = 'final'"
    return str(run_query(published, sql).to_pylist()[0]["c"])


def test_a_skipped_step_stands_where_it_was_due(published: Path) -> None:
    story = explain_case(published, "desk", _case_with(published, "skipped"))
    undone = [line for line in story.lines if line.move == "model"]
    assert len(undone) == 1
    assert undone[0].deviations[0].kind == "skipped"
    assert undone[0].step == undone[0].deviations[0].activity
    done = [line for line in story.lines if line.move != "model"]
    assert [line.position for line in done] == list(range(1, len(done) + 1))
    assert [line.completed_at for line in done] == sorted(line.completed_at for line in done if line.completed_at)
    place = story.lines.index(undone[0])
    assert undone[0].deviations[0].position == story.lines[place + 1].position


def test_a_repeated_activity_is_a_log_move(published: Path) -> None:
    story = explain_case(published, "desk", _case_with(published, "repeated"))
    extra = [line for line in story.lines if line.move == "log"]
    assert [line.activity for line in extra] == ["Investigate"]
    assert any(row.kind == "repeated" for row in extra[0].deviations)
    assert story.case.is_conformant is False
    assert story.link == f"https://desk.example.org/t/{story.case.case_id}"


def test_a_replaced_step_stands_with_what_was_done_in_its_place(published: Path) -> None:
    story = explain_case(published, "desk", _case_with(published, "replaced"))
    (extra,) = [line for line in story.lines if line.move == "log"]
    (undone,) = [line for line in story.lines if line.move == "model"]
    assert [row.kind for row in extra.deviations] == ["replaced"]
    assert extra.deviations[0].activity == undone.step
    assert undone.deviations == ()
    assert story.lines.index(undone) + 1 == story.lines.index(extra)


def test_a_resolved_deviation_stands_apart(published: Path) -> None:
    sql = "SELECT min(case_id) AS c FROM deviations WHERE status = 'resolved'"
    story = explain_case(published, "desk", str(run_query(published, sql).to_pylist()[0]["c"]))
    assert [row.status for row in story.resolved_deviations] == ["resolved"]
    assert not any(row.kind == "skipped" for line in story.lines for row in line.deviations)
    assert "Deviations of earlier nights, resolved since" in _told(story)
    assert "现已解决的偏差" in _told(story, language="zh")


def test_an_abandoned_case_has_the_moves_of_a_prefix(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "asrun.duckdb"
    shutil.copyfile(published, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("UPDATE cases SET state = 'abandoned' WHERE process = 'desk' AND state = 'open'")
    sql = "SELECT min(case_id) AS c FROM cases WHERE process = 'desk' AND state = 'abandoned'"
    story = explain_case(copy, "desk", str(run_query(copy, sql).to_pylist()[0]["c"]))
    assert all(line.move for line in story.lines)


def test_every_deviation_is_told_once(published: Path) -> None:
    cases = run_query(published, "SELECT case_id FROM cases WHERE process = 'desk' AND deviation_count > 0").to_pylist()
    for row in cases[:40]:
        story = explain_case(published, "desk", row["case_id"])
        told = [found.deviation_id for line in story.lines for found in line.deviations]
        told += [found.deviation_id for found in story.other_deviations]
        assert len(told) == len(set(told)) == story.case.deviation_count


def test_the_story_reads_in_both_languages(published: Path) -> None:
    story = explain_case(published, "desk", _case_with(published, "skipped"))
    english, chinese = _told(story), _told(story, language="zh")
    assert "not conformant" in english
    assert "was skipped." in english
    assert "Asia/Shanghai" in english
    assert "不符合" in chinese
    assert "遗漏了环节" in chinese


def test_hostile_texts_are_not_markup(published: Path) -> None:
    rows = run_query(published, "SELECT case_id FROM cases WHERE process = 'hostile' ORDER BY case_id").to_pylist()
    story = explain_case(published, "hostile", rows[0]["case_id"])
    assert story.link is None
    for names in ("team", "person", "none"):
        assert "<script>" in _told(story, names=names)
        assert "\x07" not in _told(story, names=names)


def test_a_story_names_the_team_unless_it_is_asked_for_the_person(published: Path) -> None:
    story = explain_case(published, "desk", _case_with(published, "skipped"))
    people = {line.resource for line in story.lines if line.resource}
    teams = {line.role for line in story.lines if line.role}
    assert people
    assert teams
    by_team, by_person, by_none = (_told(story, names=names) for names in ("team", "person", "none"))
    assert _told(story) == by_team
    for name in people:
        assert name not in by_team
        assert name in by_person
        assert name not in by_none
    assert all(team in by_team for team in teams)
    assert all(by_none.count(team) < by_team.count(team) for team in teams)  # a segment may have a team's name, too
    assert "Who" not in by_none


def test_who_has_no_team_is_a_person(published: Path) -> None:
    story = explain_case(published, "desk", _case_with(published, "skipped"))
    alone = dataclasses.replace(story, lines=tuple(dataclasses.replace(line, role=None) for line in story.lines))
    assert "a person" in _told(alone)
    assert "某人员" in _told(alone, language="zh")


def test_unknown_names_are_told_with_near_ones(published: Path) -> None:
    with pytest.raises(BadInput, match="Nearest names: desk"):
        explain_case(published, "dsek", "T-00001")
    with pytest.raises(BadInput, match=r"no case 'T-0001'.*T-00001"):
        explain_case(published, "desk", "T-0001")
    with pytest.raises(BadInput, match="no cases at all"):
        explain_case(published, "empty", "1")
