"""The hashes of earlier nights, which stand as long as the file system says that nothing changed."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

from pipelines.sources.hashing import FileStamp, file_stamp, stamped_hash

_LAYOUT = 1
# a file written to within a tick of its clock after it was hashed would keep its stamp; no clock ticks as slowly
_SETTLED_NS = 2_000_000_000


class KnownHashes:
    """The hashes of files that stand as they were hashed on an earlier night, kept in a JSON file.

    A file is taken as unchanged while its stamp is: no program can set the instant at which an inode last changed, so
    neither a copy over the file nor a restored time of change goes unseen. What was written to less than two seconds
    before it was hashed is hashed again. Without the JSON file, or where it is damaged, every file is hashed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._former = _read(path)
        self._seen: dict[str, tuple[FileStamp, str]] = {}

    def hash_of(self, path: Path) -> tuple[FileStamp | None, str]:
        """The stamp of a file and its hash, which is that of the bytes under this stamp. Raises `BadInput`."""
        known = self._former.get(str(path))
        if known is not None and known[0] == file_stamp(path) and os.access(path, os.R_OK):
            self._seen[str(path)] = known
            return known
        begun = time.time_ns()
        stamp, content = stamped_hash(path)
        if stamp is not None and stamp == file_stamp(path) and begun - max(stamp[3:]) > _SETTLED_NS:
            self._seen[str(path)] = (stamp, content)
        return stamp, content

    def keep(self) -> None:
        """Write down what was seen, and what was known of other files that stand; without a word if it fails."""
        kept = self._seen | {
            name: known for name, known in self._former.items() if name not in self._seen and file_stamp(Path(name))
        }
        if kept == self._former or not self._path.parent.is_dir():
            return
        text = json.dumps({"layout": _LAYOUT, "files": dict(sorted(kept.items()))}, indent=1)
        # always one name beside it, so that a kill leaves nothing that piles up; what two writers spoil is not read
        beside = self._path.with_name(f"{self._path.name}.new")
        with contextlib.suppress(OSError):
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._path)


def _read(path: Path) -> dict[str, tuple[FileStamp, str]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict) or found.get("layout") != _LAYOUT or not isinstance(found.get("files"), dict):
        return {}
    return {name: (tuple(entry[0]), entry[1]) for name, entry in found["files"].items() if _is_entry(entry)}


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == 2
        and isinstance(entry[0], list)
        and len(entry[0]) == 5
        and all(isinstance(part, int) for part in entry[0])
        and isinstance(entry[1], str)
        and len(entry[1]) == 64
    )
