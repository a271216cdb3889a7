from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.errors import BadInput
from pipelines.sources.decompression import StagingLimits
from pipelines.sources.locating import LocatedFile
from pipelines.sources.staging import StagedBatches, stage


def workbook(path: Path, *, far_cell: bool = False) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Tickets")
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(1, 0, ["id", "when", "day", "amount", "note", "dup", "Dup", "", "flag"])
    for row in range(1, 4):
        sheet.write_number(row + 1, 0, 1_000_000 + row)
        sheet.write_datetime(row + 1, 1, dt.datetime(2026, 1, row, 8, 30, 15, 500_000), instant)
        sheet.write_datetime(row + 1, 2, dt.datetime(2026, 1, row), day)
        sheet.write_number(row + 1, 3, 1.5 * row)
        if row != 2:
            sheet.write(row + 1, 4, f"说明 {row}")
        sheet.write_row(row + 1, 5, ["a", "b", "c"])
        sheet.write_boolean(row + 1, 8, True)
    for row in range(6, 10):
        sheet.write_blank(row, 0, None, instant)
    if far_cell:
        sheet.write(1_000_000, 16_000, "stray")
    book.add_worksheet("Empty")
    book.close()
    return path


def staged(path: Path, folder: Path, sheet: str | None = None, limits: StagingLimits | None = None) -> StagedBatches:
    located = LocatedFile(path=path, locator=f"data/{path.name}")
    found = stage(located, format=None, folder=folder, sheet=sheet, limits=limits)
    assert isinstance(found, StagedBatches)
    return found


def test_a_sheet_as_text(tmp_path: Path) -> None:
    found = staged(workbook(tmp_path / "a.xlsx"), tmp_path)
    rows = found.reader.read_all().to_pylist()
    assert found.rows == 3
    assert rows[0] == {
        "id": "1000001",
        "when": "2026-01-01 08:30:15.500",
        "day": "2026-01-01 00:00:00",
        "amount": "1.5",
        "note": "说明 1",
        "dup": "a",
        "Dup_2": "b",
        "column_8": "c",
        "flag": "true",
    }
    assert rows[1]["note"] is None
    assert rows[1]["amount"] == "3"


def test_errors_of_sheets(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with pytest.raises(BadInput, match="no sheet 'Ticket'; it has 'Tickets', 'Empty'"):
        staged(path, tmp_path, "Ticket")
    with pytest.raises(BadInput, match="the sheet 'Empty' is empty"):
        staged(path, tmp_path, "Empty")


def test_a_stray_cell_far_away_is_refused_before_it_takes_the_memory(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="row 1,000,001 and column 16,001"):
        staged(workbook(tmp_path / "a.xlsx", far_cell=True), tmp_path)


def test_a_bomb_is_refused_by_what_its_directory_promises(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", b"\0" * 5_000_000)
    with pytest.raises(BadInput, match="larger than the limit of 1,000,000 bytes"):
        staged(path, tmp_path, limits=StagingLimits(max_bytes=1_000_000))
    with pytest.raises(BadInput, match="more than 100 times its size"):
        staged(path, tmp_path, limits=StagingLimits(ratio_from_bytes=1_000_000, max_ratio=100))


def test_other_archives_and_damage(tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.csv", "a,b\n")
    with pytest.raises(BadInput, match="not an Excel workbook"):
        staged(other, tmp_path)
    path = workbook(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BadInput, match="damaged"):
        staged(path, tmp_path)
    hollow = tmp_path / "hollow.xlsx"
    with zipfile.ZipFile(hollow, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x")
    with pytest.raises(BadInput, match=r"data/hollow.xlsx: the workbook"):
        staged(hollow, tmp_path)
