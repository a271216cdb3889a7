"""One night over the six real logs, shared by the tests of this folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.builders.night import run_night
from tests.mining.real_data import real_data
from tests.real.published import WORKSPACE


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """What the operator of the workspace has to set. Skips where the data is missing; fails there under CI."""
    return {"ASRUN_ROOT_REAL": str(real_data())}


@pytest.fixture(scope="session")
def night(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace with its night run over all six processes."""
    folder = tmp_path_factory.mktemp("real") / "workspace"
    shutil.copytree(WORKSPACE, folder)
    result = run_night(folder, environ=environ)
    assert not result.has_failed, [process.problems for process in result.processes]
    return folder
