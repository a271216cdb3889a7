from __future__ import annotations

from pathlib import Path

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
    assert "<script>" in _told(story)
    assert "\x07" not in _told(story)


def test_unknown_names_are_told_with_near_ones(published: Path) -> None:
    with pytest.raises(BadInput, match="Nearest names: desk"):
        explain_case(published, "dsek", "T-00001")
    with pytest.raises(BadInput, match=r"no case 'T-0001'.*T-00001"):
        explain_case(published, "desk", "T-0001")
    with pytest.raises(BadInput, match="no cases at all"):
        explain_case(published, "empty", "1")
