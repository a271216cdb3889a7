"""On what the figures were measured."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import ROOT

_PACKAGES = ("duckdb", "polars", "pyarrow", "numpy", "pandas", "pm4py", "numba", "r4pm")


def commit() -> str:
    """The commit that is measured, with -changed where the tree differs from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    found = git("rev-parse", "--short", "HEAD") or "unknown"
    return f"{found}-changed" if git("status", "--porcelain") else found


def machine() -> dict[str, Any]:
    """Processor, cores, memory, load at the start, and versions."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load_at_start": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _PACKAGES},
    }
