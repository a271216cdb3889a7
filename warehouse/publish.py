"""Publishing: the closed mart file copied beside the snapshot and swapped in atomically."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path

from warehouse.archive import ArchiveSettings, archive_error, keep_snapshot, prune_archive
from warehouse.copying import copy_file, sync_folder
from warehouse.errors import Problem, WarehouseError


def publish_snapshot(mart: Path, snapshot: Path, *, archive: ArchiveSettings | None = None) -> int:
    """Replace the snapshot by a copy of the mart, which no connection may have open; the size in bytes.

    A reader that has the old snapshot open goes on reading it; a new one gets the new file. With an `archive` the old
    one is kept there first, and the archive is thinned out when the new one stands. A crash leaves either the old or
    the new file in place, and at most a stray copy, or the old one under two names, which the next publish mends.
    Raises `WarehouseError` where the disk is full or a folder read-only; the old snapshot then stays.
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
        copy_file(mart, copy)
        size = copy.stat().st_size
        if archive is not None:
            try:
                keep_snapshot(snapshot, archive)
            except OSError as error:
                copy.unlink(missing_ok=True)
                raise archive_error(error, archive.folder) from error
        # a write-ahead log of a former file of this name would be replayed into the new one
        snapshot.with_name(snapshot.name + ".wal").unlink(missing_ok=True)
        copy.replace(snapshot)
        sync_folder(snapshot.parent)
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
    if archive is not None:
        prune_archive(snapshot, archive)
    return size
