"""What all tests share: no telemetry, a Prefect home of their own, hypothesis without surprises."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="asrun-prefect-"))

settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def demo_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo at its full size with its night run once, without Prefect; tests only read it.

    Once a run, not once a worker: the first worker that asks makes it, others wait for it.
    """
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = place / "demo-night"
    with (place / "demo-night.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # another name until it is whole, so that nobody takes a night that failed for one that went well
            folder = _demo_night(place / "demo-night.making").rename(folder)
    return folder


def _demo_night(folder: Path) -> Path:
    from pipelines.demo import write_demo_workspace
    from tests.builders.night import run_night

    shutil.rmtree(folder, ignore_errors=True)
    write_demo_workspace(folder)
    result = run_night(folder)
    assert not result.has_failed, [process.problems for process in result.processes]
    return folder
