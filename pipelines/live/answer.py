"""What a live source is asked and what it answers: rows in a spool file, read to the end before anything is landed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.live.cursors import Cursor


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows whose cursor lies in [since, until); `since` None: from the source's start."""

    since: Cursor | None
    until: Cursor


@dataclass(frozen=True, slots=True)
class Asking:
    """From where on a source is asked (None: from its start), for how many rows at most (None: all), spooled where.

    `also`: a stretch before `since` that is asked for besides, of databases only.
    """

    folder: Path
    since: Cursor | None = None
    limit: int | None = None
    also: Stretch | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one extraction in a file; `cursor` is the greatest cursor value among them.

    `path` None: there were no rows, and nothing is known of their columns.
    """

    path: Path | None
    form: Literal["parquet", "jsonl"]
    rows: int
    columns: tuple[str, ...]
    cursor: Cursor | None = None
    notes: tuple[str, ...] = ()
