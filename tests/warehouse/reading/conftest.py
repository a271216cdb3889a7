from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.snapshot import build_snapshot


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_snapshot(tmp_path_factory.mktemp("published") / "asrun.duckdb", cases=160)
