"""Doing again what was asked for, and plans that name what changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from pipelines.planning.choosing import choose_stages, stage_names
from pipelines.planning.stage import Plan, Stage, StageName
from tests.builders.workspaces import (
    FLOW,
    ROWS,
    process_config,
    standard_config,
    write_data,
    write_process,
    write_settings,
    write_yaml,
)
from tests.pipelines.operating.facts import facts, incremental, night, plan_of
from warehouse.specification import Interval

NAMES: tuple[StageName, ...] = ("pull", "shape", "discover", "judge", "hotspots")


def reasons(made: Plan) -> dict[str, str]:
    return {stage.name: stage.reason for stage in made.stages}


def chosen(stale: set[str], *wanted: StageName) -> tuple[list[str], list[str], list[str]]:
    """What is done, what of it anew, and what is left."""
    stages = [(Stage("desk", name, f"{name} changed", ""), name in stale) for name in NAMES]
    todo, left = choose_stages(stages, wanted)
    return [s.name for s in todo], [s.name for s in todo if s.anew], [s.name for s in left]


def test_a_stage_takes_what_hangs_on_it_and_what_it_needs() -> None:
    derived = ["shape", "discover", "judge", "hotspots"]
    assert chosen(set(), "judge") == (["judge", "hotspots"], ["judge"], [])
    assert chosen(set(), "shape") == (derived, ["shape"], [])
    assert chosen(set(), "hotspots", "discover") == (["discover", "hotspots"], ["discover", "hotspots"], [])
    # a stale predecessor comes in with all that is made from it: half-made facts are not published
    assert chosen({"pull", *derived}, "discover") == (["pull", *derived], ["discover"], [])
    assert chosen({"judge", "hotspots"}, "hotspots") == (["judge", "hotspots"], ["hotspots"], [])
    # what has nothing to do with it waits
    assert chosen({"judge", "hotspots"}, "discover") == (["discover"], ["discover"], ["judge", "hotspots"])
    # publish and report tell of everything
    assert chosen({"judge", "hotspots"}, "report") == (["judge", "hotspots"], [], [])
    assert chosen(set(), "publish") == ([], [], [])
    assert chosen({"judge", "hotspots"}) == (["judge", "hotspots"], [], [])


@pytest.mark.slow
def test_a_stage_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="Did you mean 'judge'") as caught:
        stage_names(["jugde", "pull", "shape"])
    assert len(caught.value.problems) == 2
    assert stage_names(["report", "shape", "shape"]) == ("shape", "report")


@pytest.mark.slow
def test_stages_and_stretches_of_time_are_done_anew_without_changing_facts(tmp_path: Path) -> None:
    folder = write_settings(tmp_path)
    write_process(folder)
    night(folder)
    before = facts(folder)
    made = plan_of(folder, stages=("judge",))
    assert [stage.name for stage in made.stages] == ["judge", "hotspots", "publish", "report"]
    assert reasons(made)["judge"] == "asked for"
    night(folder, stages=("hotspots",))
    assert [stage.name for stage in plan_of(folder, stages=("report",)).stages] == ["report"]

    # three cases begin on 4, 5 and 6 February; the one of the 6th has its first event at the bound itself
    interval = Interval(datetime(2026, 2, 4, tzinfo=UTC), datetime(2026, 2, 6, 9, tzinfo=UTC))
    made = plan_of(folder, interval=interval)
    assert reasons(made)["shape"] == "asked for: cases with events from 2026-02-04 00:00 before 2026-02-06 09:00 UTC"
    run_id = night(folder, interval=interval)
    assert facts(folder) == before
    assert touched(folder, run_id) == 2
    assert plan_of(folder).is_empty


def touched(folder: Path, run_id: str) -> int:
    from pipelines.planning.read_runs import all_runs
    from pipelines.workspace.load import load_workspace

    return next(row.cases_touched for row in all_runs(load_workspace(folder)) if row.run_id == run_id) or 0


@pytest.mark.slow
def test_the_plan_names_what_changed(tmp_path: Path) -> None:
    folder = write_settings(tmp_path)
    home = write_process(folder, config=incremental())
    night(folder)
    assert plan_of(folder).is_empty

    path = write_data(folder, "desk_2", ROWS[:3])
    assert reasons(plan_of(folder))["pull"] == "files tickets: 1 new (data/desk_2.csv)"
    assert "source tickets" in reasons(plan_of(folder))["shape"]
    path.unlink()

    def why(config: dict[str, object], stage: str) -> str | None:
        write_yaml(home / "process.yaml", config)
        found = reasons(plan_of(folder)).get(stage)
        write_yaml(home / "process.yaml", incremental())
        return found

    assert why({**incremental(), "segments": []}, "shape") == "process.yaml: segments changed"
    case = {"starts": {"activity": "Register"}, "ends": {"activity": "Resolve"}}
    assert why({**incremental(), "case": case}, "shape") == "process.yaml: case changed"
    config = incremental()
    config["sources"]["tickets"]["mapping"].pop("resource")  # type: ignore[index]
    assert why(config, "shape") == "process.yaml: the source tickets changed"
    assert why(process_config(owner="Somebody else") | {"sources": incremental()["sources"]}, "shape") == (
        "process.yaml: title, owner or case_url changed"
    )

    standard = home / "standards/2026-01-01/standard.yaml"
    limits = standard_config()["limits"]
    write_yaml(standard, standard_config(limits=[{**limits[0], "within": "6h"}]))
    assert reasons(plan_of(folder))["judge"] == "standard 2026-01-01: the limit resolution changed"
    assert "shape" not in reasons(plan_of(folder))
    write_yaml(standard, standard_config(limits=[{**limits[0], "id": "other"}], steps={"Close": {"severity": "high"}}))
    assert reasons(plan_of(folder))["judge"] == (
        "standard 2026-01-01: the limit other is new, standard 2026-01-01: the limit resolution is gone, "
        "standard 2026-01-01: the step 'Close' is new"
    )
    write_yaml(standard, standard_config())
    (standard.parent / "flow.bpmn").write_text(FLOW.replace('name="Close"', 'name="Shut"'), encoding="utf-8")
    assert reasons(plan_of(folder))["judge"] == "standard 2026-01-01: the drawing changed"
    (standard.parent / "flow.bpmn").write_text(FLOW, encoding="utf-8")
    assert plan_of(folder).is_empty


@pytest.mark.slow
def test_a_snapshot_of_an_earlier_layout_is_published_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_settings(tmp_path)
    write_process(folder)
    night(folder)
    assert plan_of(folder).is_empty
    monkeypatch.setattr("pipelines.planning.make_plan.latest_version", lambda _: 99)
    assert [stage.name for stage in plan_of(folder).stages] == ["publish", "report"]
