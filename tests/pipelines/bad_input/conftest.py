"""Workspaces whose first night went well; each test gets a copy of its own to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.night import run_night
from tests.builders.workspaces import write_workspace
from tests.pipelines.bad_input.nights import copy_of


@pytest.fixture(scope="session")
def desk_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_workspace(tmp_path_factory.mktemp("desk") / "w")
    assert not run_night(folder).has_failed
    return folder


@pytest.fixture(scope="session")
def pair_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_workspace(tmp_path_factory.mktemp("pair") / "w", "alpha", "beta")
    assert not run_night(folder).has_failed
    return folder


@pytest.fixture
def desk(desk_template: Path, tmp_path: Path) -> Path:
    """One process, `desk`, published."""
    return copy_of(desk_template, tmp_path / "w")


@pytest.fixture
def pair(pair_template: Path, tmp_path: Path) -> Path:
    """Two processes, `alpha` and `beta`, published."""
    return copy_of(pair_template, tmp_path / "w")
