"""Where the real logs and drawings are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def real_data(*names: str) -> Path:
    """Path below the folder of real data; the test is skipped where it is missing, and fails under CI."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    path = Path(os.environ.get("ASRUN_REAL_DATA", beside)).joinpath(*names)
    if not path.exists():
        told = f"no real data at {path}; set ASRUN_REAL_DATA"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    return path
