"""Excel files written row by row: no formula, no link, no silent loss."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from warehouse.errors import Problem, QuestionError
from warehouse.reading.adhoc import is_dangerous, plain_value

MOST_ROWS = 1_048_576  # of a sheet, its header among them
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767  # characters of a cell, as UTF-16 counts them
_EXACT = 2**53  # larger whole numbers lose their last digits in Excel's doubles


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to write: its name, its columns, and its rows when they are asked for."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterable[pa.RecordBatch]]


def write_workbook(
    path: Path, sheets: Sequence[Sheet], *, time_zone: str, published: str
) -> tuple[tuple[tuple[str, int], ...], int]:
    """Write the sheets, and a sheet `about`; the rows of each, and how many cells had to be cut.

    Memory: one batch. Instants become the clock time of `time_zone`; what Excel has no type for becomes text. Raises
    `QuestionError` where a sheet has more rows or columns than Excel takes.
    """
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    book = xlsxwriter.Workbook(str(path), options)
    try:
        cells = _Cells(book, ZoneInfo(time_zone))
        names = sheet_names([sheet.name for sheet in sheets])
        counts = []
        for sheet, name in zip(sheets, names, strict=True):
            counts.append((sheet.name, _write_sheet(book, cells, sheet, name)))
        about = [("snapshot published", published), ("time zone of instants", time_zone)]
        about += [(f"rows of {name}", f"{count:,}") for name, (_, count) in zip(names, counts, strict=True)]
        if cells.cut:
            about.append(("cells that were longer than Excel takes, and end in …", f"{cells.cut:,}"))
        page = book.add_worksheet(sheet_names([*names, "about"])[-1])
        for row, (label, value) in enumerate(about):
            page.write_string(row, 0, label)
            page.write_string(row, 1, value)
    finally:
        book.close()
    return tuple(counts), cells.cut


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that Excel takes: 31 characters at most, none of []:*?/\\, each once however it is written."""
    taken: set[str] = {"history"}  # Excel keeps that one for itself
    names = []
    for name in wanted:
        base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("'")[:31] or "sheet"
        chosen, number = base, 1
        while chosen.lower() in taken:
            number += 1
            chosen = f"{base[: 30 - len(str(number))]}_{number}"
        taken.add(chosen.lower())
        names.append(chosen)
    return names


class _Cells:
    """Writing single cells, each by its own type."""

    def __init__(self, book: Any, zone: ZoneInfo) -> None:
        self.zone = zone
        self.cut = 0
        self.bold = book.add_format({"bold": True, "quote_prefix": True})
        # a text that looks like a formula stays a text even when somebody edits the cell
        self.quoted = book.add_format({"quote_prefix": True})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})

    def write(self, page: Any, row: int, column: int, value: object) -> None:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return
        if isinstance(value, bool):
            page.write_boolean(row, column, value)
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT):
            page.write_number(row, column, value)
        elif isinstance(value, Decimal) and value.is_finite() and len(value.as_tuple().digits) <= 15:
            page.write_number(row, column, float(value))
        elif isinstance(value, datetime):
            local = value.astimezone(self.zone).replace(tzinfo=None) if value.tzinfo is not None else value
            if local.year >= 1900:
                page.write_datetime(row, column, local, self.instant)
            else:
                self.text(page, row, column, local.isoformat(sep=" "))
        elif isinstance(value, date) and value.year >= 1900:
            page.write_datetime(row, column, datetime.combine(value, time()), self.day)
        else:
            plain = (
                value
                if isinstance(value, str)
                else plain_value(value)
                if not isinstance(value, (int, Decimal))
                else value
            )
            self.text(page, row, column, plain if isinstance(plain, str) else _as_text(plain))

    def text(self, page: Any, row: int, column: int, text: str, style: Any = None) -> None:
        if len(text) * 2 > LONGEST_TEXT and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            text = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", errors="ignore") + "…"
            self.cut += 1
        style = style or (self.quoted if is_dangerous(text) else None)
        page.write_string(row, column, text, style)


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _write_sheet(book: Any, cells: _Cells, sheet: Sheet, name: str) -> int:
    if len(sheet.columns) > MOST_COLUMNS:
        raise QuestionError(
            Problem(f"{len(sheet.columns):,} columns; a sheet of Excel takes {MOST_COLUMNS:,}.", sheet.name)
        )
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    for column, title in enumerate(sheet.columns):
        page.set_column(column, column, min(40, max(10, len(title) + 2)))
    for column, title in enumerate(sheet.columns):
        cells.text(page, 0, column, title, cells.bold)
    row = 0
    for batch in sheet.rows():
        if row + batch.num_rows >= MOST_ROWS:
            raise QuestionError(
                Problem(
                    f"more rows than a sheet of Excel takes ({MOST_ROWS - 1:,}).",
                    sheet.name,
                    "Choose .parquet or .csv, or ask for fewer: a period, a LIMIT, sums.",
                )
            )
        columns = [column.to_pylist() for column in batch.columns]
        for record in zip(*columns, strict=True):
            row += 1
            for column, value in enumerate(record):
                cells.write(page, row, column, value)
    return row
