"""Measuring a task in a process of its own, so that its peak memory is that of the task alone."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MAXIMUM_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the work (without starting Python) and peak memory of its whole process, the median of `runs`."""

    seconds: float
    peak_bytes: int
    runs: int = 1
    told: Mapping[str, Any] = field(default_factory=dict)


class TaskFailed(RuntimeError):
    """A task ended with an error."""


@dataclass(slots=True)
class Stopwatch:
    """Adds up the time of its blocks."""

    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time a block."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started


def peak_bytes() -> int:
    """Peak resident memory of this process."""
    try:
        # unlike ru_maxrss, this one does not start with the peak of the process that forked us
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def run_task(task: str, /, **options: Any) -> Measured:
    """Run `tests.benchmarks.tasks.<name>` in a process of its own. Raises `TaskFailed` with the end of its output."""
    environ = os.environ | {
        "PM4PY_SHOW_PROGRESS_BAR": "False",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PYTHONHASHSEED": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.tasks", task, json.dumps(options)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=MAXIMUM_SECONDS,
        check=False,
    )
    if done.returncode:
        raise TaskFailed(f"{task} {options} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return Measured(seconds=answer["seconds"], peak_bytes=answer["peak_bytes"], told=answer["told"])


def median_of(measured: list[Measured]) -> Measured:
    """The median of several runs of one task; what it told is that of the last."""
    return Measured(
        seconds=statistics.median(one.seconds for one in measured),
        peak_bytes=round(statistics.median(one.peak_bytes for one in measured)),
        runs=len(measured),
        told=measured[-1].told,
    )


def run_often(task: str, runs: int, /, **options: Any) -> Measured:
    """The median of several runs."""
    return median_of([run_task(task, **options) for _ in range(runs)])
