"""Full nights and nights that touch one case in a hundred, at 1, 10 and 100 million events, beside the bare database.

The cases touched are those with the latest events, as on most nights, or lie anywhere, which costs most.

The log is a labelled replica of road_fines; the workspace a flow, three limits on the wall clock, no attributes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.comparing import Engine
from tests.benchmarks.logs import EVENTS_OF_ROAD_FINES
from tests.benchmarks.measuring import Measured, median_of, run_task
from tests.benchmarks.workspaces import write_workspace

# copies of the log, and how it is called
SIZES = {"1": 2, "10": 18, "100": 178}
# one case in so many gets an event on the nights after the first
ONE_IN = 100
# full nights of a size, each on a workspace of its own; one where it is not named
FULL_NIGHTS = {"1": 5, "10": 3}


@dataclass(frozen=True, slots=True)
class NightsResult:
    """The figures of one size. Bytes are those of the working files and the snapshot together after each night.

    The bare work is measured before each full night and after all nights, and its median taken: these machines change
    their speed within the hour.
    """

    name: str
    events: int
    full: Measured
    latest: Measured
    spread: Measured
    bare: Measured

    @property
    def full_ratio(self) -> float:
        """The full night beside a bare read, sort and write of the same rows."""
        return self.full.seconds / self.bare.seconds

    def share(self, small: Measured) -> float:
        """A night that touches one case in a hundred beside the full one."""
        return small.seconds / self.full.seconds


def measure_nights(size: str, *, rows: Path, work: Path, engine: Engine, tell: Callable[[str], None]) -> NightsResult:
    """Make the replica from the Parquet file `rows` of the real log, then measure the nights and the bare work."""
    copies = SIZES[size]
    name = f"replica of road_fines, {copies} copies"
    source = work / f"nights_{size}"
    source.mkdir()
    tell(f"{name}: making it")
    run_task("make_nights", rows=str(rows), folder=str(source), copies=copies, one_in=ONE_IN, memory=engine.memory)
    workspace = work / f"workspace_{size}"
    log = (source / "first.parquet").rename(source / "day-1.parquet")

    def bare_work() -> Measured:
        run_task("touch_memory", memory=engine.memory)
        return run_task("bare_sort", log=str(log), folder=str(work), threads=engine.threads, memory=engine.memory)

    bare, full = [], []
    for _ in range(FULL_NIGHTS.get(size, 1)):
        tell(f"{name}: the bare work")
        bare.append(bare_work())
        shutil.rmtree(workspace, ignore_errors=True)
        write_workspace(
            workspace, file="day-*.parquet", memory=engine.memory, threads=engine.threads, delivery="increment"
        )
        tell(f"{name}: a full night")
        run_task("touch_memory", memory=engine.memory)
        full.append(run_task("night", workspace=str(workspace), root=str(source)))
    small = {}
    for day, which in ((2, "latest"), (3, "spread")):
        (source / f"{which}.parquet").rename(source / f"day-{day}.parquet")
        tell(f"{name}: a night that touches one case in {ONE_IN}, {which}")
        small[which] = run_task("night", workspace=str(workspace), root=str(source))
    shutil.rmtree(workspace)
    tell(f"{name}: the bare work")
    bare.append(bare_work())
    shutil.rmtree(source)
    return NightsResult(
        name, copies * EVENTS_OF_ROAD_FINES, median_of(full), small["latest"], small["spread"], median_of(bare)
    )
