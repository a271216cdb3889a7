"""The night through Prefect for real: a server, a failing process, a served schedule, a deployment with a worker."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from pipelines.starting import start_workspace
from warehouse.reading.adhoc import run_query

pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent


def _until(done: object, *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():  # type: ignore[operator]
            return True
        time.sleep(0.5)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A Prefect server on a free port; the environment that names it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("prefect")
    environ = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [BIN / "prefect", "server", "start", "--port", str(port)],
            env=environ,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:

            def is_up() -> bool:
                try:
                    return httpx.get(f"http://127.0.0.1:{port}/api/health").status_code == 200
                except httpx.HTTPError:
                    return False

            assert _until(is_up, seconds=90), (home / "server.log").read_text()
            yield environ
        finally:
            _stop(process)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    start_workspace(folder, data=None, process="repairs", time_zone="UTC")
    return folder


def _asrun(*arguments: str, environ: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "asrun", *arguments],
        env=dict(environ),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_night_on_a_server_shows_its_stages_and_survives_a_failing_process(
    server: Mapping[str, str], workspace: Path
) -> None:
    broken = workspace / "processes" / "broken"
    shutil.copytree(workspace / "processes" / "repairs", broken)
    file = broken / "process.yaml"
    file.write_text(file.read_text().replace("case: job", "case: no_such_column"))
    done = _asrun("run", environ=server, folder=workspace)
    assert done.returncode == 1
    assert "no_such_column" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    cases = run_query(workspace / "published" / "asrun.duckdb", "SELECT DISTINCT process FROM cases").to_pylist()
    assert cases == [{"process": "repairs"}]
    api = server["PREFECT_API_URL"]
    runs = httpx.post(f"{api}/task_runs/filter", json={}).json()
    assert {run["name"].split("-")[0] for run in runs} >= {
        "pull",
        "gates",
        "shape",
        "discover",
        "judge",
        "hotspots",
        "publish",
        "report",
    }
    artifacts = httpx.post(f"{api}/artifacts/filter", json={}).json()
    assert {artifact["type"] for artifact in artifacts} >= {"progress", "markdown"}
    limits = httpx.post(f"{api}/v2/concurrency_limits/filter", json={}).json()
    assert [limit["limit"] for limit in limits if limit["name"] == "asrun-warehouse"] == [1]


def test_a_night_without_a_server_is_quiet(tmp_path: Path, workspace: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    done = _asrun("run", environ={**environ, "PREFECT_HOME": str(tmp_path / "home")}, folder=workspace)
    assert done.returncode == 0, done.stderr
    assert "prefect" not in (done.stdout + done.stderr).lower()
    again = _asrun("run", environ={**environ, "PREFECT_HOME": str(tmp_path / "home")}, folder=workspace)
    assert "Nothing to do" in again.stdout


def test_serve_fires_on_its_schedule(server: Mapping[str, str], workspace: Path) -> None:
    process = subprocess.Popen(
        [BIN / "asrun", "serve", "--cron", "* * * * *"],
        env=dict(server),
        cwd=workspace,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert _until((workspace / "published" / "report" / "index.html").exists, seconds=180)
    finally:
        _stop(process)


def test_the_deployment_of_prefect_yaml_fires_on_its_schedule(server: Mapping[str, str], workspace: Path) -> None:
    environ = {**server, "ASRUN_WORKSPACE": str(workspace)}
    file = workspace / "prefect.yaml"
    file.write_text(file.read_text().replace('"0 2 * * *"', '"* * * * *"'))
    for arguments in (["work-pool", "create", "--type", "process", "asrun"], ["deploy", "--all"]):
        subprocess.run(
            [BIN / "prefect", "--no-prompt", *arguments], env=environ, cwd=workspace, check=True, capture_output=True
        )
    worker = subprocess.Popen(
        [BIN / "prefect", "worker", "start", "--pool", "asrun"],
        env=environ,
        cwd=workspace,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert _until((workspace / "published" / "report" / "index.html").exists, seconds=180)
    finally:
        _stop(worker)
