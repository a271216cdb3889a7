"""The demo comes through its gates: nothing held, nothing stopped, and its planted rows left to the mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.demo import write_demo_workspace
from pipelines.planning.make_plan import make_plan
from pipelines.planning.night import new_night
from pipelines.stages.gates import pass_gates
from pipelines.stages.pull import pull
from pipelines.workspace.load import load_workspace


def test_the_demo_passes(tmp_path: Path) -> None:
    write_demo_workspace(tmp_path / "demo", cases=400)
    workspace = load_workspace(tmp_path / "demo")
    plan = make_plan(workspace, environ={})
    night = new_night(workspace, as_of=None, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    (name,) = plan.processes
    pull(night, name, plan.of(name)[0].files)
    outcome = pass_gates(night, name)
    assert outcome.rows == 0
    with duckdb.connect(str(workspace.path(workspace.settings.warehouse.mart)), read_only=True) as connection:
        found = connection.execute(
            "SELECT DISTINCT gate FROM quality_checks WHERE outcome NOT IN ('passed', 'not_told') ORDER BY 1"
        ).fetchall()
    # twelve unusable rows among few
    assert {gate for (gate,) in found} <= {"missing_instant", "elusive_case", "start_after_end"}


def test_the_quiet_week_of_a_holiday_in_a_first_export_is_no_finding(demo_night: Path) -> None:
    with duckdb.connect(str(demo_night / "published/asrun.duckdb"), read_only=True) as connection:
        asked = connection.execute("SELECT outcome, detail FROM quality_checks WHERE gate = 'volume'").fetchall()
    assert asked == [("passed", "")]
