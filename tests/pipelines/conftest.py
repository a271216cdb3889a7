"""Nights without the parts that no test of a file looks at."""

from __future__ import annotations

import pytest

from pipelines.planning.stage import Stage
from pipelines.stages import carry_out as stages
from pipelines.stages.outcome import Night, StageOutcome


def _nothing(_night: Night, _stage: Stage) -> StageOutcome:
    return StageOutcome()


@pytest.fixture
def without_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report stage writes no pages, which take much of a small night.

    Not for tests that ask for an empty plan: pages that are missing are planned again.
    """
    monkeypatch.setitem(stages._STAGES, "report", _nothing)
