"""A sheet of an Excel workbook as a table of text."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import BadInput, Problem
from pipelines.sources.csv_dialect import unique_names
from pipelines.sources.decompression import CHUNK_BYTES, StagingLimits, UnpackedCount

_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,4})(\d{1,8})"')
_OVERLAP = 512


def read_sheet(path: Path, *, sheet: str | None, limits: StagingLimits, name: str = "") -> pa.Table:
    """Return a sheet as a table of strings; its first row that is not empty holds the names of the columns.

    `sheet` is its name, by default the first. Names are made unique by `unique_names`. Numbers come without a
    superfluous ".0", instants as "2026-01-31 08:30:00" with a fraction where there is one, booleans as true and false.
    Rows at the end without a value are left out. The whole sheet is held in memory, as Excel's format asks for.

    Raises BadInput before anything is opened where the workbook unpacks beyond the limits or its sheets span more
    than `max_cells`; also for a damaged workbook, an unknown sheet, an empty sheet.
    """
    where = name or str(path)
    _check_archive(path, limits=limits, where=where)
    try:
        workbook = fastexcel.read_excel(path)
        names = list(workbook.sheet_names)
        chosen = _choose(sheet, names, where)
        raw = workbook.load_sheet(chosen, header_row=None, dtypes="string", schema_sample_rows=1).to_arrow()
    except fastexcel.FastExcelError as error:
        raise BadInput(
            Problem(
                f"the workbook can't be read ({str(error).splitlines()[0]}).",
                where=where,
                todo="Open it in Excel, save it again as .xlsx without a password.",
            )
        ) from error
    if raw.num_rows == 0 or raw.num_columns == 0:
        raise BadInput(
            Problem(f"the sheet {chosen!r} is empty.", where=where, todo=f"Sheets of this workbook: {_listed(names)}.")
        )
    header = [cell if isinstance(cell, str) else "" for cell in (column[0].as_py() for column in raw.columns)]
    columns = unique_names(header)
    table = pa.Table.from_arrays([pc.cast(column, pa.string()) for column in raw.columns], names=list(columns)).slice(1)
    return _without_empty_end(table)


def _choose(sheet: str | None, names: list[str], where: str) -> str:
    if not names:
        raise BadInput(Problem("the workbook has no sheet.", where=where, todo="Export it again."))
    if sheet is None:
        return names[0]
    if sheet not in names:
        raise BadInput(
            Problem(
                f"the workbook has no sheet {sheet!r}; it has {_listed(names)}.",
                where=where,
                todo="Correct sheet: in process.yaml.",
            )
        )
    return sheet


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names[:20]) + (" ..." if len(names) > 20 else "")


def _without_empty_end(table: pa.Table) -> pa.Table:
    """Drop the rows at the end in which no cell has a value: formatted but unused ones."""
    end = table.num_rows
    while end:
        start = max(0, end - 4096)
        part = table.slice(start, end - start)
        for row in range(part.num_rows - 1, -1, -1):
            if any(part.column(index)[row].is_valid for index in range(part.num_columns)):
                return table.slice(0, start + row + 1)
        end = start
    return table.slice(0, 0)


def _check_archive(path: Path, *, limits: StagingLimits, where: str) -> None:
    """Unpack every part once as a stream, within the limits, and look how far the sheets reach."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(part.startswith("xl/workbook") for part in names):
                raise BadInput(
                    Problem(
                        "the file is a zip archive but not an Excel workbook.",
                        where=where,
                        todo="Unpack it and name the file in it.",
                    )
                )
            # What the directory promises first: nothing is unpacked of an archive that admits to be too large.
            promised = UnpackedCount(where=where, packed_bytes=path.stat().st_size, limits=limits)
            promised.add(sum(part.file_size for part in parts))
            counted = UnpackedCount(where=where, packed_bytes=path.stat().st_size, limits=limits)
            for part in parts:
                _check_part(archive, part, counted, limits=limits, where=where)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadInput(
            Problem(
                f"the workbook is damaged or has a password ({error}).",
                where=where,
                todo="Copy or export the file again; nothing of it was taken in.",
            )
        ) from error


def _check_part(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, counted: UnpackedCount, *, limits: StagingLimits, where: str
) -> None:
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    rows, columns, tail = 0, 0, b""
    with archive.open(part) as content:
        while chunk := content.read(CHUNK_BYTES):
            counted.add(len(chunk))
            if not is_sheet:
                continue
            window = tail + chunk
            for column, row in _CELL.findall(window):
                rows = max(rows, int(row))
                columns = max(columns, _column_number(column))
            tail = window[-_OVERLAP:]
            if rows * columns > limits.max_cells:
                raise BadInput(
                    Problem(
                        f"a sheet reaches to row {rows:,} and column {columns:,}: more than the limit of "
                        f"{limits.max_cells:,} cells.",
                        where=f"{where} ({part.filename})",
                        todo="Delete stray cells far from the table, or export the sheet as CSV.",
                    )
                )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
