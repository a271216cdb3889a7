"""Which SQL steps take the time of a stage: every statement is timed under the name of its step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import warehouse.sql_step
import warehouse.store


@dataclass(slots=True)
class Steps:
    """Seconds and number of runs of each step."""

    seconds: dict[str, float] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    current: str | None = None

    def add(self, name: str, seconds: float, *, times: int = 1) -> None:
        """Note a run of a step."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        self.times[name] = self.times.get(name, 0) + times

    def as_rows(self) -> list[tuple[str, float, int]]:
        """Name, seconds and runs, the slowest first."""
        return [
            (name, seconds, self.times[name])
            for name, seconds in sorted(self.seconds.items(), key=lambda step: -step[1])
        ]


class _TimedConnection:
    """A connection whose statements and fetches are timed."""

    def __init__(self, connection: Any, steps: Steps) -> None:
        self._connection = connection
        self._steps = steps
        self._last = "?"

    def execute(self, sql: str, *values: Any) -> _TimedConnection:
        self._last = self._steps.current or " ".join(sql.split())[:60]
        self._timed(lambda: self._connection.execute(sql, *values))
        return self

    def _timed(self, work: Callable[[], Any], *, times: int = 1) -> Any:
        started = time.perf_counter()
        try:
            return work()
        finally:
            self._steps.add(self._last, time.perf_counter() - started, times=times)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        if name.startswith(("fetch", "to_")):
            return lambda *given, **options: self._timed(lambda: found(*given, **options), times=0)
        if name == "close":
            self._last = "close and checkpoint"
            return lambda: self._timed(found)
        return found


def profile() -> Steps:
    """Time every statement of this process from now on."""
    steps = Steps()
    plain = warehouse.sql_step.execute

    def execute(connection: Any, step: Any, values: Mapping[str, Any] | None = None) -> Any:
        steps.current = step.name
        try:
            return plain(connection, step, values)
        finally:
            steps.current = None

    # the names under which modules of the store hold it
    for module in list(vars(warehouse).values()):
        if getattr(module, "execute", None) is plain:
            module.execute = execute
    setattr(warehouse.store, "execute", execute)  # noqa: B010  its own module, under the name that it imported
    opened = warehouse.store.Store.__enter__

    def enter(store: Any) -> Any:
        result = opened(store)
        store._connection = _TimedConnection(store._connection, steps)
        return result

    warehouse.store.Store.__enter__ = enter  # type: ignore[method-assign]
    return steps
