"""The identity of a file: the hash of its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipelines.errors import BadInput, Problem

FileStamp = tuple[int, int, int, int, int]
"""Device, inode, size in bytes, and the instants of the last change of the content and of the inode in nanoseconds."""


def file_stamp(path: Path) -> FileStamp | None:
    """What the file system says of a file without reading it; None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def content_hash(path: Path) -> str:
    """Return the sha256 of the file's bytes as 64 lower-case hex digits.

    The bytes are those on disk, so a compressed file and its content have different hashes. Streams the file:
    O(size) time, constant memory. Raises BadInput where the file can't be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(
            Problem(
                f"the file can't be read: {error.strerror or error}.",
                where=str(path),
                todo="Check that it exists and that the job may read it.",
            )
        ) from error


def stamped_hash(path: Path) -> tuple[FileStamp | None, str]:
    """The stamp of a file before it was hashed, and its hash. Raises BadInput where the file can't be read."""
    stamp = file_stamp(path)
    return stamp, content_hash(path)
