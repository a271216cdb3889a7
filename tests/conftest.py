"""What all tests share: no telemetry, a Prefect home of their own, hypothesis without surprises."""

from __future__ import annotations

import os
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
    """The demo at its full size with its night run once, without Prefect; tests only read it."""
    from pipelines.demo import write_demo_workspace
    from tests.builders.night import run_night

    folder = tmp_path_factory.mktemp("night") / "demo"
    write_demo_workspace(folder)
    result = run_night(folder)
    assert not result.has_failed, [process.problems for process in result.processes]
    return folder
