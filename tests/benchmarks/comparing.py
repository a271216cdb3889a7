"""Measuring one log: the night stage by stage, and the bare work of the database beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.logs import Log
from tests.benchmarks.measuring import Measured, TaskFailed, median_of, run_often, run_task
from tests.benchmarks.workspaces import flow_path, write_workspace

STAGES = ("pull", "gates", "shape", "discover", "judge", "hotspots", "publish", "report")
# what stands beside what: stages of the night, parts of the usual way
BESIDE = (
    ("rows and variants", ("pull", "gates", "shape"), ("read and format", "variants")),
    ("verdicts, limits and deviations of every case", ("judge",), ("alignments",)),
    (
        "durations",
        ("hotspots",),
        ("directly-follows graph", "performance directly-follows graph", "cycle times"),
    ),
)


@dataclass(frozen=True, slots=True)
class Engine:
    """What DuckDB may use, the same for the night and for the bare work."""

    memory: str
    threads: int


@dataclass(frozen=True, slots=True)
class LogResult:
    """The figures of one log. `bare_sort` of the rows by case and instant is the yardstick."""

    log: Log
    stages: dict[str, Measured]
    plan: Measured
    scan: Measured
    sort: Measured

    @property
    def night_seconds(self) -> float:
        """All stages together."""
        return sum(measured.seconds for measured in self.stages.values())

    @property
    def night_peak(self) -> int:
        """The highest peak of a stage."""
        return max(measured.peak_bytes for measured in self.stages.values())

    def seconds_of(self, stages: tuple[str, ...]) -> float:
        """Some stages together."""
        return sum(self.stages[name].seconds for name in stages)

    def as_json(self) -> dict[str, Any]:
        """Everything, plain."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class UsualWay:
    """pm4py on pandas with `events` rows: seconds of each part, and the peaks of the two processes."""

    log: Log
    events: int
    parts: dict[str, float]
    peak_bytes: int
    alignments: Measured
    core_alignments: Measured

    @property
    def seconds(self) -> float:
        """All parts together."""
        return sum(self.parts.values())

    def seconds_for(self, parts: tuple[str, ...], events: int) -> float:
        """Some parts at another number of events, extrapolated in proportion; alignments grow with variants only."""
        scaled = sum(self.parts[name] * events / self.events for name in parts if name != "alignments")
        return scaled + (self.parts["alignments"] if "alignments" in parts else 0.0)


def measure_log(
    log: Log,
    *,
    source: Path,
    rows: Path,
    work: Path,
    engine: Engine,
    nights: int,
    profiled: bool,
    tell: Callable[[str], None],
) -> LogResult:
    """Run the night on `source` in a fresh workspace `nights` times; scan and sort `rows`, the same log as Parquet."""
    measured: dict[str, list[Measured]] = {name: [] for name in STAGES}
    plans: list[Measured] = []
    for _ in range(nights):
        workspace = work / f"{log.name}-workspace"
        shutil.rmtree(workspace, ignore_errors=True)
        write_workspace(workspace, file=source.name, memory=engine.memory, threads=engine.threads)
        common = {"workspace": str(workspace), "root": str(source.parent)}
        plans.append(run_task("plan", **common))
        for name in STAGES:
            tell(f"{log.label}: {name}")
            measured[name].append(run_task("stage", name=name, profiled=profiled, **common))
        shutil.rmtree(workspace)
    tell(f"{log.label}: bare scan and sort")
    limits = {"threads": engine.threads, "memory": engine.memory}
    return LogResult(
        log=log,
        stages={name: median_of(runs) for name, runs in measured.items()},
        plan=median_of(plans),
        scan=run_often("bare_scan", 3, log=str(rows), **limits),
        sort=run_often("bare_sort", 3, log=str(rows), folder=str(work), **limits),
    )


def measure_usual_way(log: Log, *, source: Path, rows: Path, tell: Callable[[str], None]) -> UsualWay:
    """pm4py on pandas, and its alignments of the variants."""
    tell(f"{log.label}: pm4py")
    done = run_task("pm4py_on_pandas", log=str(source))
    tell(f"{log.label}: alignments by pm4py")
    alignments = run_often("pm4py_alignments", 3, log=str(rows), flow=str(flow_path()))
    core = run_often("alignments", 3, log=str(rows), flow=str(flow_path()))
    if core.told["cost"] != alignments.told["cost"]:
        raise TaskFailed(f"the alignments cost {core.told['cost']} here and {alignments.told['cost']} in pm4py")
    return UsualWay(
        log=log,
        events=done.told["events"],
        parts={**done.told["parts"], "alignments": alignments.seconds},
        peak_bytes=max(done.peak_bytes, alignments.peak_bytes),
        alignments=alignments,
        core_alignments=core,
    )
