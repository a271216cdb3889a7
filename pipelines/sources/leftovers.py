"""Staging folders that a night left behind when it was killed: they hold copies of source files."""

from __future__ import annotations

import shutil
from pathlib import Path

STAGING = "staging-"


def remove_staging(folder: Path) -> None:
    """Remove them; call it alone with the warehouse, for a night that still runs needs its own."""
    for left in folder.glob(f"{STAGING}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
