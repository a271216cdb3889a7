"""Publishing: the closed mart file copied beside the snapshot and swapped in atomically."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path

from warehouse.errors import Problem, WarehouseError


def publish_snapshot(mart: Path, snapshot: Path) -> int:
    """Replace the snapshot by a copy of the mart, which no connection may have open; the size in bytes.

    A reader that has the old snapshot open goes on reading it; a new one gets the new file. A crash leaves either
    the old or the new file, and at most a stray copy that the next publish removes. Raises `WarehouseError` where
    the disk is full or the folder read-only; the old snapshot then stays.
    """
    wal = mart.with_name(mart.name + ".wal")
    if wal.exists():
        raise WarehouseError(
            Problem("the mart has changes that are not checkpointed.", str(mart), "Close every connection to it first.")
        )
    copy = snapshot.with_name(snapshot.name + ".new")
    try:
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        shutil.copyfile(mart, copy)
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        size = copy.stat().st_size
        # a write-ahead log of a former file of this name would be replayed into the new one
        snapshot.with_name(snapshot.name + ".wal").unlink(missing_ok=True)
        copy.replace(snapshot)
        folder = os.open(snapshot.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            copy.unlink(missing_ok=True)
        advice = "Make room and run again." if error.errno == errno.ENOSPC else "Mend that and run again."
        raise WarehouseError(
            Problem(
                f"the snapshot could not be published: {error.strerror}. Last night's stays in place.",
                str(snapshot),
                advice,
            )
        ) from error
    return size
