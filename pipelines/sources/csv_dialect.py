"""How a delimited text file is written: its delimiter, its quote, its encoding and its header."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pipelines.errors import BadInput, Problem
from pipelines.sources.decompression import StagingLimits, read_plain
from pipelines.sources.encodings import Encoding, byte_order_mark, decode_text, guess_encoding, known_encoding
from pipelines.sources.formats import Compression, empty_file, format_of

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_SIGNS = 1 << 20
_SAMPLE_RECORDS = 200
_NO_HEADER = "Write the names of the columns as its first line."


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How to read a delimited text file.

    `header` holds the cells of the header as found; `columns` the names that everything else uses (see
    `unique_names`), one for each cell. `skip_lines` lines come before the header: blank ones, and the line "sep=;"
    that Excel writes.
    """

    delimiter: str
    quote: str
    encoding: Encoding
    header: tuple[str, ...]
    columns: tuple[str, ...]
    skip_lines: int = 0


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each header cell, all different also when case is ignored (as DuckDB does).

    The rule: white space within a cell becomes one blank and none at its ends; an empty cell at position n (from 1)
    becomes column_n; the first of several equal names keeps it, a later one gets _2, _3 ... : the smallest number
    that gives a name which neither stands in the header nor was given already.
    """
    wished = [" ".join(cell.replace("\ufeff", "").split()) or f"column_{n}" for n, cell in enumerate(header, 1)]
    reserved = {name.casefold() for name in wished}
    given: set[str] = set()
    names: list[str] = []
    next_number: dict[str, int] = {}
    for wish in wished:
        name, fold = wish, wish.casefold()
        if fold in given:
            number = next_number.get(fold, 2)
            while f"{fold}_{number}" in reserved or f"{fold}_{number}" in given:
                number += 1
            next_number[fold] = number + 1
            name = f"{wish}_{number}"
        given.add(name.casefold())
        names.append(name)
    return tuple(names)


def sniff_dialect(
    path: Path,
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    encoding: str | None = None,
    limits: StagingLimits | None = None,
    name: str = "",
) -> Dialect:
    """Return how the file is written, from at most its first megabyte, looked at through .gz and .zst.

    What is given is taken as given; what is not is found out: the encoding by `guess_encoding`, the delimiter (comma,
    semicolon, tab or bar) as the one that cuts most records into as many cells as the header, then into most cells;
    the quote is the double one. Raises BadInput: no content, no header, text in another encoding, a header that never
    ends.
    """
    where = name or str(path)
    _, compression = format_of(path, declared="csv", name=where)
    text, found = sample_text(
        path, compression=compression, encoding=encoding, limits=limits or StagingLimits(), where=where
    )
    return dialect_of_text(text, delimiter=delimiter, quote=quote, encoding=found, where=where)


def sample_text(
    path: Path, *, compression: Compression, encoding: str | None, limits: StagingLimits, where: str
) -> tuple[str, Encoding]:
    """Return the first million characters of a text file and its encoding, guessed where none is given."""
    chunks = read_plain(path, compression=compression, limits=limits, name=where)
    head: list[bytes] = []
    size = 0
    for chunk in chunks:
        head.append(chunk)
        size += len(chunk)
        if size >= _SAMPLE_SIGNS:
            break
    sample = b"".join(head)
    actual = known_encoding(encoding, where=where) if encoding else guess_encoding(sample)[0]
    pieces: list[str] = []
    length = 0
    # The text goes on into the next chunk where the sample ends within a character.
    for piece in decode_text(chain([sample], chunks), encoding=actual, where=where):
        pieces.append(piece)
        length += len(piece)
        if length >= _SAMPLE_SIGNS // 4:
            break
    return "".join(pieces)[:_SAMPLE_SIGNS], byte_order_mark(sample) or actual


def dialect_of_text(text: str, *, delimiter: str | None, quote: str | None, encoding: Encoding, where: str) -> Dialect:
    """Return the dialect of a text of which `text` is the beginning. See `sniff_dialect`."""
    quote = '"' if quote is None else quote
    for what, sign in (("delimiter", delimiter), ("quote", quote)):
        if sign is not None and len(sign) != 1:
            raise BadInput(
                Problem(
                    f"the {what} {sign!r} is not one character.",
                    where=where,
                    todo=f"Correct {what}: in process.yaml.",
                )
            )
    skip, announced = _lines_before_header(text)
    body = _after_lines(text, skip)
    if not body.strip():
        raise BadInput(empty_file(where) if not text.strip() else _no_header(where))
    if delimiter is None:
        delimiter = announced or _likeliest_delimiter(body, quote)
    try:
        header = next(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, quotechar=quote, strict=True))
    except csv.Error as error:
        raise BadInput(
            Problem(
                f"the header can't be read ({error}); a quote that is never closed does this.",
                where=where,
                todo="Mend the first line, or write quote: and delimiter: in process.yaml.",
            )
        ) from error
    if not any(cell.strip() for cell in header):
        raise BadInput(_no_header(where))
    return Dialect(
        delimiter=delimiter,
        quote=quote,
        encoding=encoding,
        header=tuple(header),
        columns=unique_names(header),
        skip_lines=skip,
    )


def _no_header(where: str) -> Problem:
    return Problem("the file has no header.", where=where, todo=_NO_HEADER)


def _lines_before_header(text: str) -> tuple[int, str | None]:
    """Return how many lines come before the header, and the delimiter that a line "sep=;" announces."""
    announced: str | None = None
    skip = 0
    for line in io.StringIO(text, newline=None):
        bare = line.rstrip("\n")
        if len(bare) == 5 and bare.lower().startswith("sep=") and announced is None:
            announced = bare[4]
        elif bare.strip(" \t"):
            break
        skip += 1
    return skip, announced


def _after_lines(text: str, count: int) -> str:
    reader = io.StringIO(text, newline="")
    for _ in range(count):
        reader.readline()
    return reader.read()


def _likeliest_delimiter(body: str, quote: str) -> str:
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [
            len(record)
            for record in islice(_records(body, delimiter=delimiter, quote=quote), _SAMPLE_RECORDS)
            if record
        ]
        if not widths or widths[0] < 2:
            continue
        # The last record may be cut by the end of the sample.
        counts = Counter(widths[:-1] if len(widths) > 2 else widths)
        score = (counts[widths[0]] / counts.total(), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(body: str, *, delimiter: str, quote: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, quotechar=quote)
    try:
        yield from reader
    except csv.Error:
        return


def read_records(pieces: Iterable[str], *, dialect: Dialect, where: str) -> Iterator[list[str]]:
    """Yield the data records of a delimited text that comes in pieces, header and blank lines left out.

    For samples; the warehouse reads whole files itself. Raises BadInput at a record that can't be read.
    """
    lines = _lines(pieces)
    for _ in range(dialect.skip_lines):
        next(lines, None)
    reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
    try:
        next(reader, None)
        for record in reader:
            if record:
                yield record
    except csv.Error as error:
        raise BadInput(
            Problem(
                f"line {reader.line_num + dialect.skip_lines:,} can't be read ({error}).",
                where=where,
                todo="Mend the line; a quote that is never closed does this.",
            )
        ) from error


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    for piece in pieces:
        first, *others = piece.split("\n")
        held.append(first)
        for line in others:
            yield "".join(held) + "\n"
            held = [line]
    last = "".join(held)
    if last:
        yield last
