"""Loading ahead: only what the plan will need, and never a failure of its own."""

from __future__ import annotations

import gc
import subprocess
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipelines.planning import ahead
from pipelines.planning.ahead import load_ahead
from pipelines.planning.stage import Plan

LOADED = """
import sys
from tests.pipelines.flows.test_ahead import plan_of
from pipelines.planning.ahead import load_ahead
thread = load_ahead(plan_of(*sys.argv[1:]))
if thread:
    thread.join()
print(*(name for name in ("pm4py", "igraph", "jinja2", "matplotlib.pyplot") if name in sys.modules))
"""


def plan_of(*names: str) -> Plan:
    return cast("Plan", SimpleNamespace(stages=tuple(SimpleNamespace(name=name) for name in names)))


@pytest.mark.parametrize(
    ("stages", "loaded"),
    [
        (("pull", "shape", "judge"), ""),
        (("pull", "discover"), "pm4py"),
        (("publish", "report"), "igraph jinja2"),
        (("discover", "report"), "pm4py igraph jinja2"),
    ],
)
def test_what_a_plan_needs_is_loaded_and_no_more(stages: tuple[str, ...], loaded: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, *stages], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


def test_what_cannot_be_loaded_is_told_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def missing() -> None:
        raise ImportError("no such library")

    def pages() -> None:
        # garbage is not looked for while modules load
        done.append("pages" if not gc.isenabled() else "pages, collected")

    monkeypatch.setattr(ahead, "_LOADS", {"discover": missing, "report": pages})
    told: list[Any] = []
    monkeypatch.setattr("threading.excepthook", told.append)
    thread = load_ahead(plan_of("discover", "report"))
    assert thread is not None
    thread.join()
    assert done == ["pages"]
    assert gc.isenabled()
    assert not told
