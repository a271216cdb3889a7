"""What the late stages of a night need loaded, loaded beside the early ones, which wait for the database."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread

from pipelines.planning.stage import Plan, StageName


def load_ahead(plan: Plan) -> Thread | None:
    """Begin to load what discovery and the pages need, in a thread; None where the plan has neither.

    The miner takes most of a second to load, what draws and fills the pages nearly as long. Who needs one of them
    sooner waits for it as for any import. What goes wrong here goes wrong again where it is needed, and is told there.
    """
    names = {stage.name for stage in plan.stages}
    loads = [load for stage, load in _LOADS.items() if stage in names]
    if not loads:
        return None
    thread = Thread(target=_load, args=(loads,), name="load-ahead")
    thread.start()
    return thread


def _load(loads: list[Callable[[], None]]) -> None:
    with _uncollected():
        for load in loads:
            with suppress(Exception):
                load()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: what loads stays, and to walk through it again and again is a quarter of the work.

    Once loaded it is set aside from later collections, too.
    """
    was_on, known = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()
        if was_on:
            gc.enable()


def _miner() -> None:
    from mining.discovery.inductive import load_miner

    load_miner()


def _pages() -> None:
    from mining.bpmn.layered import load_layout
    from pipelines.report.render import load_templates

    load_layout()
    load_templates()


_LOADS: Mapping[StageName, Callable[[], None]] = {"discover": _miner, "report": _pages}
