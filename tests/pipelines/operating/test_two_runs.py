"""Two runs at once, and clocks that go back: for real, with processes of their own."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.planning.alone import alone
from pipelines.planning.night import new_night
from pipelines.planning.read_runs import all_runs
from pipelines.workspace.load import Workspace, load_workspace
from tests.builders.workspaces import ROWS, write_data, write_process, write_settings
from tests.pipelines.operating.facts import facts, night, take_back
from warehouse.errors import WarehouseError
from warehouse.mart.models import last_model_fingerprint
from warehouse.store import Store, StoreSettings

pytestmark = pytest.mark.usefixtures("without_pages")

HOLD = """
import sys, time
from pathlib import Path
from pipelines.planning.alone import alone
from pipelines.workspace.load import load_workspace
with alone(load_workspace(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    write_settings(tmp_path)
    write_process(tmp_path)
    return load_workspace(tmp_path)


def test_the_second_run_waits_or_leaves_with_a_message(workspace: Workspace) -> None:
    asrun = [sys.executable, "-m", "pipelines.cli.app", "run", "--direct", "-w", str(workspace.folder)]
    told: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(workspace.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        left = subprocess.run(asrun, capture_output=True, text=True, check=False)
        assert left.returncode == 1
        assert f"process {holder.pid} holds the warehouse" in left.stderr
        with (
            pytest.raises(WarehouseError, match="since more than 0:00:01"),
            alone(workspace, wait=timedelta(seconds=1), tell=told.append),
        ):
            pass
        assert [f"process {holder.pid}" in message for message in told] == [True]
        with subprocess.Popen(
            [*asrun, "--wait", "5m"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as second:
            assert second.stderr is not None
            assert "waiting for its end" in second.stderr.readline()
            assert second.poll() is None
            holder.stdin.write("\n")
            holder.stdin.close()
            rest = second.stdout.read() if second.stdout else ""
        assert second.returncode == 0, rest
    assert facts(workspace.folder)["cases"]


@pytest.mark.slow
def test_a_clock_that_was_set_back_changes_nothing(workspace: Workspace) -> None:
    folder = workspace.folder
    late, early = datetime(2026, 6, 2, 2, tzinfo=UTC), datetime(2026, 5, 1, 2, tzinfo=UTC)
    first = night(folder, at=late)
    write_data(folder, "desk", [row for row in ROWS if row[1] != "Examine"])
    second = night(folder, at=early)
    assert first < second
    assert second == "20260602T020000.000001Z"
    third = night(folder, at=early, full_refresh=True)
    assert second < third
    runs = all_runs(workspace)
    assert [row.run_id for row in runs] == [first, second, third]
    assert runs[1].started_at == early  # the clock's own word stays in the ledger
    with duckdb.connect(str(folder / "published/asrun.duckdb"), read_only=True) as connection:
        models = connection.execute(
            "SELECT run_id, change, fingerprint FROM discovered_models ORDER BY run_id"
        ).fetchall()
    assert [change for _, change, _ in models] == ["first", "changed", "same"]
    with Store(StoreSettings(folder / "warehouse/landing.duckdb", folder / "warehouse/mart.duckdb")) as store:
        assert last_model_fingerprint(store, "desk") == models[1][2]
    # the night before the second is the first, whatever the clock said
    whole = facts(folder)
    take_back(folder, second)
    assert facts(folder) != whole
    take_back(folder, second, back=False)
    assert facts(folder) == whole


def test_two_nights_of_one_instant_have_ids_of_their_own(workspace: Workspace) -> None:
    at = datetime(2026, 6, 2, 2, tzinfo=UTC)
    ids = [night(workspace.folder, at=at, full_refresh=True) for _ in range(2)]
    assert len(set(ids)) == 2
    assert new_night(workspace, as_of=None, clock=lambda: at).run_id > max(ids)
