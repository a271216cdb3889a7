"""What a stage says when it is done, and how it tells of its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.workspace.load import Workspace

Progress = Callable[[int, int], None]


def no_progress(_done: int, _total: int) -> None:
    """For callers that don't want to know."""


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """`rows` that the stage wrote, a short `note` for people, warnings, and figures for the ledger of runs."""

    rows: int = 0
    note: str = ""
    warnings: tuple[str, ...] = ()
    rows_landed: int = 0
    rows_quarantined: int | None = None
    cases_touched: int = 0
    variants_new: int = 0


@dataclass(frozen=True, slots=True)
class Night:
    """What all stages of one run share.

    `as_of` is the operator's choice, None: up to the latest event. `undoes`: the run that this one takes back, or
    brings back.
    """

    workspace: Workspace
    run_id: str
    started_at: datetime
    as_of: datetime | None
    progress: Progress = field(default=no_progress, compare=False)
    undoes: str | None = None
