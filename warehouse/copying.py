"""Copying a file the cheapest way that its file system knows."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

_FICLONE = 0x40049409  # Linux: share the blocks of another file until one of the two is written to
_PIECE = 8 << 20
# what tells that the kernel can't copy between these two files by itself, or may not in this container
_NOT_HERE = frozenset({errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM})


def copy_file(source: Path, target: Path) -> None:
    """Make `target` (which must not exist) a copy of `source`, written through to the disk.

    A clone that shares the blocks where the file system can (btrfs, xfs), else a copy inside the kernel, on its way to
    the disk while the rest is copied, else one through memory. Raises `OSError`; what stands of the copy is then the
    caller's to remove.
    """
    if not _cloned(source, target) and not _copied_in_kernel(source, target):
        shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _cloned(source: Path, target: Path) -> bool:
    with source.open("rb") as read, target.open("xb") as written:
        try:
            fcntl.ioctl(written.fileno(), _FICLONE, read.fileno())
        except OSError:
            # another file system, or one without clones; whatever else is wrong the copy will tell
            pass
        else:
            return True
    target.unlink()
    return False


def _copied_in_kernel(source: Path, target: Path) -> bool:
    if sys.platform != "linux":
        return False
    with source.open("rb", buffering=0) as read, target.open("xb", buffering=0) as written:
        size = os.fstat(read.fileno()).st_size
        done = 0
        while done < size:
            try:
                copied = os.copy_file_range(read.fileno(), written.fileno(), _PIECE, done, done)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                break
            if not copied:
                break
            # whoever says that he won't need the pages has them written at once, not all of them at the last sync
            with suppress(OSError):
                os.posix_fadvise(written.fileno(), done, copied, os.POSIX_FADV_DONTNEED)
            done += copied
    if done == size:
        return True
    target.unlink()
    return False


def sync_folder(folder: Path) -> None:
    """Write a folder's names through to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
