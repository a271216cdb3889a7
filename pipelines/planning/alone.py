"""One night at a time: two that take turns stage by stage would publish each other's half-made facts."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.store_settings import store_settings
from pipelines.workspace.load import Workspace
from warehouse.errors import Problem, WarehouseError


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Hold the warehouse of a workspace from the plan to the last stage.

    The hold ends with the process, however it ends. Raises `WarehouseError` where another run holds it, or its
    folder can't be written.
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
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read(20).strip()
            who = f"process {holder}" if holder.isdigit() else "another process"
            raise WarehouseError(
                Problem(
                    f"a run of {who} holds the warehouse.",
                    str(mart.parent),
                    "Wait until it has ended, or stop it; analysts open the snapshot, which is never held.",
                )
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
