"""Makes a located file ready for the warehouse: plain UTF-8 text, Parquet as it is, or a stream of Arrow batches."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from pipelines.errors import BadInput, Problem
from pipelines.sources.csv_dialect import Dialect, dialect_of_text
from pipelines.sources.decompression import StagingLimits, read_plain
from pipelines.sources.encodings import Encoding, byte_order_mark, decode_text, known_encoding
from pipelines.sources.excel import read_sheet
from pipelines.sources.formats import Compression, first_bytes, format_of
from pipelines.sources.locating import LocatedFile
from pipelines.sources.xes_events import read_xes

_SAMPLE_SIGNS = 1 << 20
_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedText:
    """A plain UTF-8 text file for DuckDB's own reader (it may begin with a byte order mark, which DuckDB skips).

    `dialect` and `columns` (its unique names, one for each header cell) for delimited text, None for JSON lines.
    `is_copy`: the file was written into the staging folder and is the caller's to delete.
    """

    path: Path
    dialect: Dialect | None
    columns: tuple[str, ...] | None
    is_copy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedParquet:
    """A Parquet file where it lies, its ends checked."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedBatches:
    """Rows as Arrow, in the order of the source. `reader` can be read once; the staging folder has to stand till then.

    `notes`: what of the source has no place in these rows, in plain words.
    """

    reader: pa.RecordBatchReader
    columns: tuple[str, ...]
    rows: int
    notes: tuple[str, ...] = ()


StagedFile = StagedText | StagedParquet | StagedBatches


def stage(
    located: LocatedFile,
    *,
    format: str | None,  # noqa: A002
    folder: Path,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    sheet: str | None = None,
    limits: StagingLimits | None = None,
) -> StagedFile:
    """Return the file in a form that the warehouse reads; temporary files go to `folder`.

    csv, jsonl: unpacked and turned into UTF-8, as a stream; a file that is plain UTF-8 already is checked and used
    where it lies. `encoding` is utf-8 where None; a byte order mark wins over it. parquet: checked. xlsx, xes: Arrow.

    Raises BadInput for all that is wrong with the file, and lets an OSError of the disk or the share through, which may
    be gone at the next try; nothing is left in `folder` then.
    """
    limits = limits or StagingLimits()
    kind, compression = format_of(located.path, declared=format, name=located.locator)
    if kind == "parquet":
        return _stage_parquet(located)
    if kind == "xlsx":
        table = read_sheet(located.path, sheet=sheet, limits=limits, name=located.locator)
        reader = table.to_reader(max_chunksize=_BATCH_ROWS)
        return StagedBatches(reader=reader, columns=tuple(table.column_names), rows=table.num_rows)
    if kind == "xes":
        return _stage_xes(located, compression, folder=folder, limits=limits)
    known = known_encoding(encoding or "utf-8", where=located.locator)
    return _stage_text(
        located,
        compression,
        is_csv=kind == "csv",
        encoding=known,
        delimiter=delimiter,
        quote=quote,
        folder=folder,
        limits=limits,
    )


def _stage_parquet(located: LocatedFile) -> StagedParquet:
    with located.path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if size < 12 or tail != b"PAR1":
        raise BadInput(
            Problem(
                "the Parquet file has no end: it was cut off, or is still being written.",
                where=located.locator,
                todo="Copy or export the file again; nothing of it was taken in.",
            )
        )
    return StagedParquet(path=located.path)


def _stage_xes(located: LocatedFile, compression: Compression, *, folder: Path, limits: StagingLimits) -> StagedBatches:
    spool = _new_file(folder, ".arrow")
    chunks = read_plain(located.path, compression=compression, limits=limits, name=located.locator)
    try:
        events = read_xes(chunks, spool=spool, where=located.locator)
    except BaseException:
        spool.unlink(missing_ok=True)
        raise
    return StagedBatches(
        reader=events.reader, columns=tuple(events.reader.schema.names), rows=events.rows, notes=events.notes
    )


def _stage_text(
    located: LocatedFile,
    compression: Compression,
    *,
    is_csv: bool,
    encoding: Encoding,
    delimiter: str | None,
    quote: str | None,
    folder: Path,
    limits: StagingLimits,
) -> StagedText:
    where = located.locator
    actual = byte_order_mark(first_bytes(located.path, name=where)) if compression == "none" else None
    in_place = compression == "none" and (actual or encoding) == "utf-8"
    chunks = read_plain(located.path, compression=compression, limits=limits, name=where)
    text = decode_text(chunks, encoding=encoding, where=where)
    head, text = _with_head(text)
    dialect: Dialect | None = None
    if is_csv:
        dialect = dialect_of_text(head, delimiter=delimiter, quote=quote, encoding=actual or encoding, where=where)
    else:
        _check_json_lines(head, where)
    columns = dialect.columns if dialect else None
    if dialect is not None and dialect.skip_lines:
        # What comes before the header stays behind, so that the copy begins with it.
        text = _after_lines(text, dialect.skip_lines)
        dialect = replace(dialect, skip_lines=0)
        in_place = False
    if dialect is not None and actual is not None and any("\n" in cell or "\r" in cell for cell in dialect.header):
        # DuckDB loses count of the header's lines where it follows a byte order mark; the copy has none.
        in_place = False
    if in_place:
        for _ in text:
            pass
        return StagedText(path=located.path, dialect=dialect, columns=columns, is_copy=False)
    copy = _new_file(folder, ".csv" if is_csv else ".jsonl")
    try:
        with copy.open("w", encoding="utf-8", newline="") as file:
            for piece in text:
                file.write(piece)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return StagedText(path=copy, dialect=dialect, columns=columns, is_copy=True)


def _with_head(text: Iterator[str]) -> tuple[str, Iterator[str]]:
    """Return the first million characters, and all of the text from its beginning."""
    pieces: list[str] = []
    length = 0
    for piece in text:
        pieces.append(piece)
        length += len(piece)
        if length >= _SAMPLE_SIGNS:
            break
    return "".join(pieces), itertools.chain(pieces, text)


def _after_lines(text: Iterator[str], count: int) -> Iterator[str]:
    """Yield the text without its first `count` lines, which lie within what `_with_head` read ahead."""
    head = next(text)
    while head.count("\n") < count:
        more = next(text, "")
        if not more:
            break
        head += more
    yield head.split("\n", count)[-1]
    yield from text


def _check_json_lines(head: str, where: str) -> None:
    start = head.lstrip()[:1]
    if start != "{":
        found = "a list in brackets" if start == "[" else f"{start!r}" if start else "nothing"
        raise BadInput(
            Problem(
                f"expected one JSON object a line, each beginning with {{; found {found}.",
                where=where,
                todo="Export it as JSON lines (one object a line, no brackets around).",
            )
        )


def _new_file(folder: Path, suffix: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="staged-", suffix=suffix, delete=False) as file:
        return Path(file.name)
