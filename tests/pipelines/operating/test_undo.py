"""Undoing a run: the facts are those of before it, its files stay out, and it can be brought back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from pipelines.planning import undo as undoing
from pipelines.planning.read_runs import all_runs
from pipelines.workspace.load import load_workspace
from tests.builders.workspaces import ROWS, write_data, write_process, write_settings
from tests.pipelines.operating.facts import facts, incremental, landed, night, nothing_lands, plan_of, take_back
from warehouse.errors import QuestionError

LATE = [
    ("T90", step, f"2026-03-0{place + 1} 09:00:00", "agent 1", "south")
    for place, step in enumerate(("Register", "Close"))
]
# T03 did something else, and T11 goes on
CORRECTED = [
    ("T03", "Examine", "2026-02-04 11:00:00", "agent 9", "north"),
    ("T11", "Close", "2026-02-20 09:00:00", "agent 1", "north"),
]


@pytest.mark.slow
def test_an_increment_is_undone_stays_out_and_comes_back(tmp_path: Path) -> None:
    """A correction under a key in it; two processes in the run, of which one is full and delivers another file."""
    folder = write_settings(tmp_path)
    write_process(folder, "desk", config=incremental(key=("ticket", "step")))
    write_process(folder, "other")
    night(folder)
    before = facts(folder)
    write_data(folder, "desk_2", [*LATE, *CORRECTED])
    write_data(folder, "other", ROWS[:20])
    run = night(folder)
    after = facts(folder)
    assert before["cases"] != after["cases"]

    take_back(folder, run)
    assert facts(folder) == before
    with nothing_lands(folder):
        made = plan_of(folder)
        assert made.is_empty
        assert [note for note in made.notes if "desk_2.csv" in note and f"asrun redo {run}" in note]
        night(folder)
        night(folder, full_refresh=True)
    assert facts(folder) == before
    assert {(row.run_id, row.process) for row in all_runs(load_workspace(folder)) if row.status == "undone"} == {
        (run, "desk"),
        (run, "other"),
    }

    take_back(folder, run, back=False)
    assert facts(folder) == after
    assert plan_of(folder).is_empty
    assert not plan_of(folder).notes


@pytest.mark.slow
def test_a_full_delivery_that_is_undone_gives_way_to_the_next_one(tmp_path: Path) -> None:
    folder = write_settings(tmp_path)
    write_process(folder)
    night(folder)
    before = facts(folder)
    write_data(folder, "desk", ROWS[:12])
    bad = night(folder)
    take_back(folder, bad)
    assert facts(folder) == before
    assert plan_of(folder).is_empty
    write_data(folder, "desk", [*ROWS, *LATE])
    good = night(folder)
    assert [row[2:] for row in landed(folder)] == [(False, False), (False, True), (True, False)]
    with pytest.raises(QuestionError, match=f"put it out of its source.*asrun undo {good}"):
        undoing.redo(_night_of(folder), bad, undoing.plan_redo(load_workspace(folder), bad))
    take_back(folder, good)
    assert facts(folder) == before


@pytest.mark.slow
def test_the_instant_goes_back_with_the_run(tmp_path: Path) -> None:
    folder = write_settings(tmp_path)
    write_process(folder, config=incremental())
    night(folder, as_of=datetime(2026, 2, 8, tzinfo=UTC))
    before = facts(folder)
    run = night(folder, as_of=datetime(2026, 2, 20, tzinfo=UTC))
    assert facts(folder) != before
    take_back(folder, run)
    assert facts(folder) == before


@pytest.mark.slow
def test_an_earlier_run_goes_while_a_later_one_stays(tmp_path: Path) -> None:
    folder = write_settings(tmp_path)
    write_process(folder, config=incremental())
    night(folder)
    write_data(folder, "desk_2", LATE)
    middle = night(folder)
    write_data(folder, "desk_3", [("T91", *row[1:]) for row in LATE])
    night(folder)
    take_back(folder, middle)
    cases = "".join(facts(folder)["cases"])
    assert "T91" in cases
    assert "T90" not in cases


@pytest.mark.slow
def test_what_can_not_be_undone_is_told(tmp_path: Path) -> None:
    folder = write_settings(tmp_path)
    write_process(folder)
    first = night(folder)
    workspace = load_workspace(folder)

    def refused(run_id: str) -> str:
        with pytest.raises(BadInput) as caught:
            undoing.plan_undo(workspace, run_id)
        return str(caught.value)

    assert "nothing came before" in refused(first)
    assert first in refused(first[:-3] + "00Z")
    again = night(folder, full_refresh=True)
    assert "nothing of it to take back" in refused(again)
    write_data(folder, "desk", ROWS[:30])
    run = night(folder)
    undo_id = take_back(folder, run)
    assert "undone already" in refused(run)
    assert "itself" in refused(undo_id)
    with pytest.raises(BadInput, match="is not undone"):
        undoing.plan_redo(workspace, first)


def _night_of(folder: Path):  # type: ignore[no-untyped-def]
    from pipelines.planning.night import new_night

    return new_night(load_workspace(folder), as_of=None, clock=lambda: datetime.now(UTC))
