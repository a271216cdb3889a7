"""The logs that are measured: road_fines as Parquet, and replicas of it with shifted case ids and times."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

XES = "road_fines/Road_Traffic_Fine_Management_Process.xes.gz"
EVENTS_OF_ROAD_FINES = 561_470
# one copy after the other: the whole lasts half a year longer than the log itself, so its periods stay as many
SHIFT_DAYS = 11

Form = Literal["xes", "parquet"]


@dataclass(frozen=True, slots=True)
class Log:
    """A log to measure. `copies` 0 is the real log; `by_second` gives each step a time of day."""

    name: str
    label: str
    copies: int
    by_second: bool = False

    @property
    def events(self) -> int:
        """Events of the log."""
        return EVENTS_OF_ROAD_FINES * max(1, self.copies)


LOGS = (
    Log("road_fines", "road_fines, the real log", 0),
    Log("replica_1m", "replica of road_fines, 2 copies", 2),
    Log("replica_10m", "replica of road_fines, 18 copies", 18),
    Log("replica_10m_seconds", "replica of road_fines, 18 copies, durations to the second", 18, by_second=True),
)


def data_folder() -> Path:
    """Where the real logs lie."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    return Path(os.environ.get("ASRUN_REAL_DATA", beside))


def xes_path() -> Path | None:
    """The real log; None where it is missing."""
    path = data_folder() / XES
    return path if path.exists() else None


def write_parquet(xes: Path, target: Path, log: Log) -> None:
    """Write a log as rows of case_id, activity, completed_at (UTC), resource.

    A replica is ordered by time, as a system writes it, so that sorting it by case is work; the events of a day
    keep their order. Copy c has the cases "c-<id>" and lies 11 x c days later. `by_second` adds to the n-th step
    of a case the n-th sum of pseudo-random seconds (under 20 minutes each): durations then differ in every copy.
    """
    import polars as pl
    import rustxes

    frame: pl.DataFrame = rustxes.import_xes(str(xes))[0]
    frame = frame.select(
        case_id="case:concept:name",
        activity="concept:name",
        completed_at=pl.col("time:timestamp").cast(pl.Datetime("us", "UTC")),
        resource="org:resource",
    )
    if log.copies:
        frame = pl.concat([_copy(frame, copy, by_second=log.by_second) for copy in range(log.copies)])
        frame = frame.sort("completed_at", maintain_order=True)
    frame.write_parquet(target, row_group_size=122_880)


def _copy(frame: "pl.DataFrame", copy: int, *, by_second: bool) -> "pl.DataFrame":  # type: ignore[name-defined]  # noqa: F821, UP037
    import polars as pl

    moved = frame.with_columns(
        case_id=pl.lit(f"{copy}-") + pl.col("case_id"),
        completed_at=pl.col("completed_at") + pl.duration(days=copy * SHIFT_DAYS),
    )
    if not by_second:
        return moved
    # a linear congruence of the row number: the same on every machine
    jitter = (pl.int_range(pl.len(), dtype=pl.Int64) * 48_271 + copy * 69_621 + 11) % 1_199
    return moved.with_columns(
        completed_at=pl.col("completed_at") + pl.duration(seconds=jitter.cum_sum().over("case_id"))
    )
