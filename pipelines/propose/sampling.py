"""The first rows of a file, in any of the formats that are read, as a frame of columns."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import BadInput, Problem
from pipelines.sources.csv_dialect import Dialect, read_records, sniff_dialect
from pipelines.sources.decompression import StagingLimits, read_plain
from pipelines.sources.encodings import Encoding, decode_text, guess_encoding, known_encoding
from pipelines.sources.excel import read_sheet
from pipelines.sources.formats import Format, empty_file, format_of
from pipelines.sources.locating import LocatedFile
from pipelines.sources.staging import stage
from pipelines.sources.xes_events import read_xes

_GUESS_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The first rows of a file.

    `frame` has the columns by the names that the warehouse will use: text where the format knows only text. `is_whole`:
    the file ends with these rows. `dialect` and `encoding` for delimited text, `encoding` also for JSON lines.
    """

    format: Format
    frame: pl.DataFrame
    is_whole: bool
    encoding: Encoding | None = None
    dialect: Dialect | None = None
    notes: tuple[str, ...] = ()


def take_sample(
    path: Path,
    *,
    rows: int,
    format: str | None = None,  # noqa: A002
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    sheet: str | None = None,
    limits: StagingLimits | None = None,
) -> Sample:
    """Return up to `rows` rows from the start of the file; BadInput as `stage` raises it, or where it has no rows."""
    limits = limits or StagingLimits()
    kind, compression = format_of(path, declared=format)
    where = path.name
    if kind == "csv":
        dialect = sniff_dialect(path, delimiter=delimiter, quote=quote, encoding=encoding, limits=limits, name=where)
        text = decode_text(
            read_plain(path, compression=compression, limits=limits, name=where), encoding=dialect.encoding, where=where
        )
        records = list(islice(read_records(text, dialect=dialect, where=where), rows + 1))
        frame = _frame_of_records(records[:rows], dialect)
        sample = Sample(
            format=kind, frame=frame, is_whole=len(records) <= rows, encoding=dialect.encoding, dialect=dialect
        )
    elif kind == "jsonl":
        sample = _sample_json(path, rows, encoding=encoding, limits=limits, where=where)
    elif kind == "parquet":
        stage(LocatedFile(path=path, locator=where), format="parquet", folder=path.parent)
        frame = _first_of_parquet(path, rows + 1, where)
        sample = Sample(format=kind, frame=frame.head(rows), is_whole=frame.height <= rows)
    elif kind == "xlsx":
        table = read_sheet(path, sheet=sheet, limits=limits, name=where)
        whole = pl.DataFrame(table)
        sample = Sample(format=kind, frame=whole.head(rows), is_whole=whole.height <= rows)
    else:
        with tempfile.TemporaryDirectory(prefix="asrun-") as folder:
            chunks = read_plain(path, compression=compression, limits=limits, name=where)
            events = read_xes(chunks, spool=Path(folder) / "events", where=where, stop_after=rows + 1)
            whole = pl.DataFrame(events.reader.read_all())
        sample = Sample(format=kind, frame=whole.head(rows), is_whole=whole.height <= rows, notes=events.notes)
    if sample.frame.height == 0:
        raise BadInput(
            Problem(
                "the file has a header but no rows.",
                where=where,
                todo="A proposal needs some rows to look at; take an export with data.",
            )
        )
    return sample


def _frame_of_records(records: list[list[str]], dialect: Dialect) -> pl.DataFrame:
    width = len(dialect.columns)
    columns = {
        name: [record[index] if index < len(record) else None for record in records]
        for index, name in enumerate(dialect.columns[:width])
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(dialect.columns, pl.String))


def _first_of_parquet(path: Path, rows: int, where: str) -> pl.DataFrame:
    # Arrow names what is wrong with a damaged file; polars ends the thread.
    batches: list[pa.RecordBatch] = []
    found = 0
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            for batch in file.iter_batches(batch_size=rows):
                batches.append(batch)
                found += batch.num_rows
                if found >= rows:
                    break
        table = pa.Table.from_batches(batches, schema=schema).slice(0, rows)
        table.validate(full=True)
        return pl.DataFrame(table)
    except (pa.ArrowException, OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise BadInput(
            Problem(f"the Parquet file can't be read ({error}).", where=where, todo="Export it again.")
        ) from error


def _sample_json(path: Path, rows: int, *, encoding: str | None, limits: StagingLimits, where: str) -> Sample:
    kind, compression = format_of(path, declared="jsonl")
    if encoding is None:
        head = next(read_plain(path, compression=compression, limits=limits, name=where))
        actual, _ = guess_encoding(head[:_GUESS_BYTES])
    else:
        actual = known_encoding(encoding, where=where)
    chunks = read_plain(path, compression=compression, limits=limits, name=where)
    objects = list(islice(_objects(decode_text(chunks, encoding=actual, where=where), where), rows + 1))
    if not objects:
        raise BadInput(empty_file(where))
    names = list(dict.fromkeys(name for record in objects for name in record))
    columns = {name: [_as_text(record.get(name)) for record in objects[:rows]] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return Sample(format=kind, frame=frame, is_whole=len(objects) <= rows, encoding=actual)


def frame_of_json(path: Path, columns: Iterable[str]) -> pl.DataFrame:
    """A whole file of JSON lines as a frame of text."""
    with path.open(encoding="utf-8") as file:
        objects = list(_objects(file, path.name))
    names = list(columns)
    return pl.DataFrame(
        {name: [_as_text(record.get(name)) for record in objects] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def _objects(pieces: Iterable[str], where: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(_lines(pieces), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(
                Problem(f"line {number:,} is not JSON ({error}).", where=where, todo="Expected is one object a line.")
            ) from error
        if not isinstance(record, dict):
            raise BadInput(
                Problem(
                    f"line {number:,} is a {type(record).__name__}, not an object.",
                    where=where,
                    todo="Export it as JSON lines: one object a line, no brackets around.",
                )
            )
        yield record


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    for piece in pieces:
        first, *others = piece.split("\n")
        held.append(first)
        for line in others:
            yield "".join(held)
            held = [line]
    yield "".join(held)


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)
