"""Nights that count every point at which they touch the disk, and kill themselves with SIGKILL at one of them.

`python -m tests.pipelines.crashes.dying_run` imports asrun once and reads orders, one JSON line each (see `Order`). For
each it forks a process that is the command line `asrun run --direct -w DIR`, or another command that the order names,
with its clock set and its doors to the disk counted: each SQL statement, each closing of a store, each renaming,
removing, copying and syncing of a file. It answers with a line that says how that process ended. Nothing of this is
known to the product: it is wrapped from outside.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import duckdb

RUN = ("run", "--direct")
COMMAND = "command"
_FILE_DOORS = ("replace", "rename", "link", "unlink", "fsync", "mkdir", "rmdir", "copy_file_range")


@dataclass(frozen=True, slots=True)
class Order:
    """Which workspace, what the clock says, where the counts go, and at which point of which stage to die.

    `words` are the command. Of any but `run` the whole is one stage, `COMMAND`.
    `after` is the share of the point's time that passes before the kill: 0 is before the statement, 1 behind it.
    """

    folder: str
    clock: str
    counts: str
    process: str = ""
    stage: str = ""
    point: int = -1
    after: float = 0.0
    seconds: float = 0.0
    words: tuple[str, ...] = RUN

    @property
    def text(self) -> str:
        return json.dumps(asdict(self))


class Doors:
    """The doors to the disk: each passing is a point of the stage that runs."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.stage = ("", "")
        self.seconds: dict[str, list[float]] = {}

    def enter(self, process: str, stage: str) -> None:
        self.stage = (process, stage)
        self.seconds.setdefault(f"{process} {stage}", [])

    def through(self, act: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Pass a door; or die before it, in it, or behind it."""
        if not self.stage[1] or threading.current_thread() is not threading.main_thread():
            return act(*args, **options)
        passed = self.seconds[" ".join(self.stage)]
        order = self.order
        is_last = self.stage == (order.process, order.stage) and len(passed) == order.point
        if is_last and order.after <= 0:
            _die()
        if is_last and order.after < 1:
            threading.Thread(target=_die_after, args=(order.after * order.seconds,), daemon=True).start()
        started = time.perf_counter()
        result = act(*args, **options)
        if is_last:
            if order.after < 1:
                time.sleep(60)
            _die()
        passed.append(time.perf_counter() - started)
        return result


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_after(seconds: float) -> None:
    time.sleep(seconds)
    _die()


class Connection:
    """A DuckDB connection whose statements and whose closing are doors."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, doors: Doors) -> None:
        self._connection = connection
        self._doors = doors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, *args: Any, **options: Any) -> duckdb.DuckDBPyConnection:
        done: duckdb.DuckDBPyConnection = self._doors.through(self._connection.execute, *args, **options)
        return done

    def cursor(self) -> Connection:
        return Connection(self._connection.cursor(), self._doors)

    def close(self) -> None:
        self._doors.through(self._connection.close)


def watch(doors: Doors) -> None:
    """Put the doors in, and follow which stage runs."""
    from pipelines.planning import execute

    connect = duckdb.connect
    duckdb.connect = lambda *args, **options: Connection(connect(*args, **options), doors)  # type: ignore[assignment, return-value]
    for module, name in (*((os, name) for name in _FILE_DOORS), (shutil, "copyfile")):
        setattr(module, name, _door(doors, getattr(module, name)))
    run_stage = execute.run_stage

    if doors.order.words != RUN:
        doors.enter("", COMMAND)
        return

    def followed(night: Any, stage: Any, **options: Any) -> Any:
        doors.enter(stage.process, stage.name)
        return run_stage(night, stage, **options)

    execute.run_stage = followed


def _door(doors: Doors, act: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **options: doors.through(act, *args, **options)


def night(order: Order) -> None:
    """Run the command line behind the doors; the counts are written where nobody was killed."""
    from pipelines.cli import app, forgetting, quarantine, runs

    sys.argv = ["asrun", *order.words, "-w", order.folder]
    for module in (app, forgetting, quarantine, runs):
        module.clock = lambda: datetime.fromisoformat(order.clock)
    doors = Doors(order)
    watch(doors)
    try:
        app.main()
    finally:
        doors.stage = ("", "")
        Path(order.counts).write_text(json.dumps(doors.seconds), encoding="utf-8")


def serve() -> None:
    """Take orders until there are no more."""
    _import_all()
    for line in sys.stdin:
        given = json.loads(line)
        order = Order(**{**given, "words": tuple(given["words"])})
        child = os.fork()
        if child == 0:
            _be_born(order)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _be_born(order: Order) -> NoReturn:
    log = os.open(f"{order.counts}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code: object = 0
    try:
        night(order)
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001  the child must not go on as its parent
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


def _import_all() -> None:
    """All that a night imports, once; no module starts a thread, so that forking is safe."""
    for room in ("pipelines", "mining", "warehouse"):
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if "flows" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    importlib.import_module("pm4py")


if __name__ == "__main__":
    serve()
