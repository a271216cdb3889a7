"""What crosses the door from a source: a file that DuckDB reads itself, or batches of rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from warehouse.landing.forgotten_keys import PeopleColumns
from warehouse.landing.protection import Protection


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A plain UTF-8 text file with a header row; `columns` are its header's names, made unique, in order.

    `skip_lines` lines stand before the header.
    """

    path: Path
    columns: tuple[str, ...]
    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A plain UTF-8 file with one JSON object a line."""

    path: Path


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A Parquet file."""

    path: Path


@dataclass(frozen=True, slots=True)
class Batches:
    """Rows that another reader made (XES, Excel), in their original order."""

    reader: pa.RecordBatchReader


Content = DelimitedText | JsonLines | ParquetFile | Batches


@dataclass(frozen=True, slots=True)
class LoadOrigin:
    """Where a content came from: source, locator as the workspace names it, sha256, and how it is read.

    `reading` is a fingerprint of the options (format, delimiter, encoding ...): the same bytes read otherwise are
    another load. `key` names the columns that identify a row (empty: the whole row does). `complete_to`: the instant of
    the extraction from a live source. `protection`: what becomes of columns before anything is written; `people`: the
    columns that name people, so that those forgotten do not come back.
    """

    process: str
    source: str
    locator: str
    content_hash: str
    reading: str
    key: tuple[str, ...] = ()
    run_id: str | None = None
    complete_to: datetime | None = None
    protection: Protection | None = None
    people: PeopleColumns | None = None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What one load brought; `rows_held` of the landed ones are held back; `notes` is what a person should know.

    `rows_forgotten` were left out, for they are about somebody who was forgotten; `emptied` are columns to be made
    coarse of which no value could be.
    """

    load_id: int
    rows_read: int
    rows_landed: int
    rows_unreadable: int
    rows_held: int = 0
    notes: tuple[str, ...] = ()
    rows_forgotten: int = 0
    emptied: tuple[str, ...] = ()
