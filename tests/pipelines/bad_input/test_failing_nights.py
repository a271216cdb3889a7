"""Nights that fail or are cut off half-way: last night's facts or tonight's, never a third state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines.planning.make_plan import make_plan
from pipelines.planning.stage import Stage
from pipelines.stages import carry_out as stages
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.workspace.load import load_workspace
from tests.builders.night import run_night
from tests.builders.workspaces import ROWS, process_config, standard_config, write_data, write_yaml
from tests.pipelines.bad_input.nights import (
    MART,
    SNAPSHOT,
    Facts,
    assert_told,
    changed,
    copy_of,
    facts_of,
    quarantined,
    result_of,
)

NEW = (
    *ROWS,
    ("T20", "Register", "2026-02-20 09:00:00", "agent 1", "south"),
    ("T20", "Examine", "2026-02-20 10:00:00", "agent 1", "south"),
)


@pytest.fixture(scope="session")
def undisturbed(pair_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Facts]:
    """The facts of both processes after a night with new rows that nothing disturbed."""
    folder = copy_of(pair_template, tmp_path_factory.mktemp("undisturbed") / "w")
    bring(folder)
    assert not run_night(folder).has_failed
    return {name: facts_of(folder, name, of_arrival=False) for name in ("alpha", "beta")}


def bring(folder: Path) -> None:
    """New rows for both processes."""
    write_data(folder, "alpha", NEW)
    write_data(folder, "beta", NEW)


def assert_undisturbed(folder: Path, undisturbed: Mapping[str, Facts]) -> None:
    for name, facts in undisturbed.items():
        assert changed(facts, facts_of(folder, name, of_arrival=False)) == []
    workspace = load_workspace(folder)
    assert make_plan(workspace, environ={}).is_empty


class Cut(BaseException):
    """The end of the process, as a kill would bring it."""


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, stage: str, error: BaseException, *, process: str) -> Iterator[None]:
    """One stage of one process raises, after having done its work: the worst instant."""
    real = stages._STAGES[stage]  # type: ignore[index]

    def spoiled(night: Night, what: Stage) -> StageOutcome:
        outcome = real(night, what)
        if what.process == process:
            raise error
        return outcome

    with monkeypatch.context() as patch:
        patch.setitem(stages._STAGES, stage, spoiled)  # type: ignore[arg-type]
        yield


@pytest.fixture(autouse=True)
def no_pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages take most of such a small night, and no test here but one looks at them."""
    if "report" not in request.node.name:
        monkeypatch.setitem(stages._STAGES, "report", lambda _night, _stage: StageOutcome())


@pytest.mark.parametrize("stage", [pytest.param("pull", marks=pytest.mark.slow), "judge"])
def test_an_error_that_nobody_foresaw_leaves_the_others_whole(
    pair: Path, undisturbed: Mapping[str, Facts], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    before = facts_of(pair, "alpha")
    bring(pair)
    with failing(monkeypatch, stage, RuntimeError("boom [red]"), process="alpha"):
        run = run_night(pair)
    told = "".join(str(problem) for problem in result_of(run, "alpha").problems)
    assert "did not foresee: RuntimeError: boom [red]" in told
    assert "Traceback" not in told
    assert changed(before, facts_of(pair, "alpha")) == []
    assert changed(undisturbed["beta"], facts_of(pair, "beta", of_arrival=False)) == []
    assert not run_night(pair).has_failed
    assert_undisturbed(pair, undisturbed)


def test_one_broken_configuration_keeps_no_other_process_from_running(
    pair: Path, undisturbed: Mapping[str, Facts]
) -> None:
    before = facts_of(pair, "alpha")
    bring(pair)
    broken = pair / "processes" / "alpha" / "process.yaml"
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace("segments:", "segmnets:"), encoding="utf-8")
    run = run_night(pair)
    assert_told(result_of(run, "alpha").problems, "'segmnets' is not known", "processes/alpha/process.yaml")
    assert changed(before, facts_of(pair, "alpha")) == []
    assert changed(undisturbed["beta"], facts_of(pair, "beta", of_arrival=False)) == []
    assert [refusal.process for refusal in make_plan(load_workspace(pair), environ={}).refusals] == ["alpha"]
    assert make_plan(load_workspace(pair), processes=("beta",), environ={}).is_empty
    broken.write_text(text, encoding="utf-8")
    assert not run_night(pair).has_failed
    assert_undisturbed(pair, undisturbed)


@pytest.mark.parametrize("stage", [pytest.param("publish", marks=pytest.mark.slow), "report"])
def test_what_was_made_but_not_published_is_published_by_the_next_night(
    pair: Path, undisturbed: Mapping[str, Facts], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    bring(pair)

    def broken(night: Night, what: Stage) -> StageOutcome:
        raise OSError("the share is gone")

    with monkeypatch.context() as patch:
        patch.setitem(stages._STAGES, stage, broken)  # type: ignore[arg-type]
        run = run_night(pair)
    assert run.has_failed
    plan = make_plan(load_workspace(pair), environ={})
    assert [what.name for what in plan.stages] == ["publish", "report"][["publish", "report"].index(stage) :]
    assert not run_night(pair).has_failed
    assert_undisturbed(pair, undisturbed)


@pytest.mark.parametrize(
    ("stage", "then"),
    [
        pytest.param("shape", "the other process alone", marks=pytest.mark.slow),
        ("judge", "its file is gone"),
    ],
)
def test_a_run_cut_off_is_never_published_half_way(
    pair: Path, undisturbed: Mapping[str, Facts], monkeypatch: pytest.MonkeyPatch, stage: str, then: str
) -> None:
    before = facts_of(pair, "alpha")
    bring(pair)
    with failing(monkeypatch, stage, Cut(), process="alpha"), pytest.raises(Cut):
        run_night(pair)
    file = pair / "data" / "alpha.csv"
    if then == "its file is gone":
        content = file.read_bytes()
        file.unlink()
        assert_told(result_of(run_night(pair), "alpha").problems, "no file matches")
        file.write_bytes(content)
    else:
        assert not run_night(pair, processes=["beta"]).has_failed
    assert changed(before, facts_of(pair, "alpha")) == []
    assert changed(undisturbed["beta"], facts_of(pair, "beta", of_arrival=False)) == []
    assert not run_night(pair).has_failed
    assert_undisturbed(pair, undisturbed)


def test_a_run_cut_off_is_done_again_by_the_next_night(
    pair: Path, undisturbed: Mapping[str, Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(pair)
    with failing(monkeypatch, "hotspots", Cut(), process="alpha"), pytest.raises(Cut):
        run_night(pair)
    plan = make_plan(load_workspace(pair), environ={})
    assert {what.reason for what in plan.of("alpha")} == {"the last run was cut off"}
    assert not run_night(pair).has_failed
    assert_undisturbed(pair, undisturbed)


def test_a_bad_standard_beside_new_data_puts_the_facts_back(pair: Path, undisturbed: Mapping[str, Facts]) -> None:
    before = facts_of(pair, "alpha")
    bring(pair)
    standard = pair / "processes" / "alpha" / "standards" / "2026-01-01" / "standard.yaml"
    good = standard.read_text(encoding="utf-8")
    write_yaml(standard, standard_config(steps={"Reslove": {"severity": "high"}}))
    run = run_night(pair)
    failed = result_of(run, "alpha")
    assert [done.stage.name for done in failed.done] == ["pull", "gates", "shape", "discover"]
    assert_told(failed.problems, "'Reslove' is no step of the flow", "Did you mean 'Resolve'?")
    assert changed(before, facts_of(pair, "alpha")) == []
    assert changed(undisturbed["beta"], facts_of(pair, "beta", of_arrival=False)) == []
    standard.write_text(good, encoding="utf-8")
    plan = make_plan(load_workspace(pair), environ={})
    assert [what.name for what in plan.of("alpha")] == ["shape", "discover", "judge", "hotspots"]
    assert not run_night(pair).has_failed
    assert_undisturbed(pair, undisturbed)


@pytest.mark.slow
def test_the_last_facts_survive_a_mart_begun_anew(pair: Path, undisturbed: Mapping[str, Facts]) -> None:
    before = facts_of(pair, "alpha", of_arrival=False)
    bring(pair)
    (pair / MART).unlink()
    (pair / "data" / "alpha.csv").write_text("")
    run = run_night(pair)
    assert_told(result_of(run, "alpha").problems, "the file is empty")
    assert changed(before, facts_of(pair, "alpha", of_arrival=False)) == []
    assert changed(undisturbed["beta"], facts_of(pair, "beta", of_arrival=False)) == []
    write_data(pair, "alpha", NEW)
    assert not run_night(pair).has_failed
    assert_undisturbed(pair, undisturbed)


def test_a_snapshot_that_can_not_be_read_keeps_nothing_from_being_told(pair: Path) -> None:
    bring(pair)
    (pair / SNAPSHOT).write_bytes(b"no database" * 1_000)
    write_yaml(
        pair / "processes" / "alpha" / "standards" / "2026-01-01" / "standard.yaml", standard_config(silent=["X"])
    )
    run = run_night(pair)
    assert not result_of(run, "beta").has_failed
    for name in ("alpha", ""):
        assert_told(result_of(run, name).problems, "can't be put back", "move it away")
    (pair / SNAPSHOT).unlink()
    run = run_night(pair)
    assert [result.process for result in run.processes if result.has_failed] == ["alpha"]
    assert facts_of(pair, "alpha")["cases"] == []
    assert len(facts_of(pair, "beta")["cases"]) == 13


@pytest.mark.parametrize("file", ["warehouse/landing.duckdb", MART])
def test_a_store_file_that_can_not_be_read_says_so(pair: Path, file: str) -> None:
    from warehouse.errors import WarehouseError

    before = facts_of(pair, "alpha")
    (pair / file).write_bytes(b"no database" * 1_000)
    bring(pair)
    with pytest.raises(WarehouseError, match="not a valid DuckDB database file") as caught:
        run_night(pair)
    assert str(pair / file) in str(caught.value)
    assert changed(before, facts_of(pair, "alpha")) == []


@pytest.mark.slow
def test_files_vanish_come_back_and_change(pair: Path) -> None:
    first = facts_of(pair, "alpha", of_arrival=False)
    write_data(pair, "alpha", NEW)
    assert not run_night(pair, processes=["alpha"]).has_failed
    second = facts_of(pair, "alpha", of_arrival=False)
    assert "cases" in changed(first, second)
    file = pair / "data" / "alpha.csv"
    file.rename(file.with_name("away"))
    assert_told(result_of(run_night(pair), "alpha").problems, "no file matches")
    assert changed(second, facts_of(pair, "alpha", of_arrival=False)) == []
    write_data(pair, "alpha", ROWS)
    run = run_night(pair, processes=["alpha"])
    assert next(done.outcome.rows_landed for done in result_of(run, "alpha").done) == 0, (
        "known content is not read again"
    )
    assert changed(first, facts_of(pair, "alpha", of_arrival=False)) == []


def test_increments_that_overlap_count_once_and_keys_correct(pair: Path) -> None:
    config = process_config("alpha")
    config["sources"] = {"updates": config["sources"]["tickets"]}
    config["sources"]["updates"].update(files="data/alpha-*.csv", delivery="increment", key=["ticket", "step"])
    write_yaml(pair / "processes" / "alpha" / "process.yaml", config)
    write_data(pair, "alpha-1", ROWS[:30])
    assert not run_night(pair, processes=["alpha"]).has_failed
    (pair / "data" / "alpha-1.csv").unlink()
    corrected = ("T05", "Resolve", "2026-02-06 13:30:00", "agent 9", "north")
    write_data(pair, "alpha-2", (*ROWS[20:22], corrected, *ROWS[23:]))
    assert not run_night(pair, processes=["alpha"]).has_failed
    with duckdb.connect(str(pair / SNAPSHOT), read_only=True) as connection:
        found = connection.execute(
            "SELECT case_id, activity, strftime(occurred_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S'), resource "
            "FROM events WHERE process = 'alpha' ORDER BY case_id, position"
        ).fetchall()
    wanted = sorted(row[:4] for row in (*ROWS[:22], corrected, *ROWS[23:]))
    assert sorted(found) == wanted
    assert quarantined(pair, "alpha", file=SNAPSHOT) == []
