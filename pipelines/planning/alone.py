"""One night at a time: two that take turns stage by stage would publish each other's half-made facts."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import TextIOWrapper

from pipelines.store_settings import store_settings
from pipelines.workspace.load import Workspace
from warehouse.errors import Problem, WarehouseError

_BETWEEN_LOOKS = 1.0  # seconds
# what a scheduled night waits for the one before it, or for somebody's run by hand
SCHEDULED_WAIT = timedelta(hours=2)


def _silent(_message: str) -> None:
    """For callers that tell nobody."""


@contextmanager
def alone(
    workspace: Workspace, *, wait: timedelta = timedelta(0), tell: Callable[[str], None] = _silent
) -> Iterator[None]:
    """Hold the warehouse of a workspace from the plan to the last stage.

    Where another run holds it: `wait` so long for its end, with a word through `tell`. The hold ends with the process,
    however it ends. Raises `WarehouseError` where another run still holds it, or its folder can't be written.
    """
    mart = store_settings(workspace).mart
    path = mart.with_name(f"{mart.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise WarehouseError(
            Problem(
                f"the warehouse can't be written: {error.strerror or error}.",
                str(path),
                "Look at [warehouse] in asrun.toml and at the rights of the folder.",
            )
        ) from error
    with file:
        until = time.monotonic() + wait.total_seconds()
        told = False
        while not _take(file):
            left = until - time.monotonic()
            if left <= 0:
                raise WarehouseError(
                    Problem(
                        f"a run of {_holder(file)} holds the warehouse{f' since more than {wait}' if wait else ''}.",
                        str(mart.parent),
                        "Wait until it has ended (asrun run --wait 2h does), or stop it; analysts open the snapshot, "
                        "which is never held.",
                    )
                )
            if not told:
                tell(f"A run of {_holder(file)} holds the warehouse; waiting for its end, at most {wait}.")
                told = True
            time.sleep(min(_BETWEEN_LOOKS, left))
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _take(file: TextIOWrapper) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: TextIOWrapper) -> str:
    file.seek(0)
    number = file.read(20).strip()
    return f"process {number}" if number.isdigit() else "another process"
