from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.errors import WarehouseError
from warehouse.reading.adhoc import run_query, table_text, write_table
from warehouse.reading.schema import schema_of


def test_a_query_gives_a_table(published: Path) -> None:
    table = run_query(published, "SELECT state, count(*) AS n FROM cases WHERE process = 'desk' GROUP BY state")
    assert table.column_names == ["state", "n"]
    assert sum(row["n"] for row in table.to_pylist()) == 160


@pytest.mark.parametrize(
    "sql", ["DESCRIBE cases", "SHOW TABLES", "EXPLAIN SELECT 1", "SUMMARIZE cases", "FROM cases LIMIT 1;"]
)
def test_looking_around_is_fine(published: Path, sql: str) -> None:
    assert run_query(published, sql).num_columns > 0


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1; SELECT 2", "2 statements found"),
        ("", "0 statements found"),
        ("CREATE TEMP TABLE t AS SELECT 1", "is not a query"),
        ("COPY cases TO '/tmp/out.csv'", "is not a query"),
        ("ATTACH '/tmp/other.duckdb'", "is not a query"),
        ("SET threads = 1", "is not a query"),
        ("DELETE FROM cases", "is not a query"),
        ("SELECT * FROM read_csv('/etc/hosts')", "disabled by configuration"),
        ("SELECT * FROM '/etc/hosts'", "disabled by configuration|does not exist"),
        ("SELECT wrong FROM cases", 'Referenced column "wrong" not found'),
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM published", "Table with name published does not exist"),
    ],
)
def test_what_is_refused_is_told(published: Path, sql: str, told: str) -> None:
    with pytest.raises(WarehouseError, match=told):
        run_query(published, sql)


def test_texts_that_a_spreadsheet_would_run_are_guarded(published: Path) -> None:
    sql = (
        "SELECT * FROM (VALUES (1, '=1+1'), (2, '+1'), (3, '-1'), (4, '@x'), (5, chr(9) || 'x'), (6, chr(13) || 'x'),"
        " (7, 'plain'), (8, NULL), (9, 'a=b')) t(n, \"=name\") ORDER BY n"
    )
    read = list(csv.reader(io.StringIO(table_text(run_query(published, sql)), newline="")))
    assert read[0] == ["n", "'=name"]
    assert [row[1] for row in read[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "plain", "", "a=b"]


def test_numbers_are_left_alone(published: Path) -> None:
    read = table_text(run_query(published, "SELECT -1 AS a, -2.5::DOUBLE AS b, true AS c, [1, 2] AS d"))
    assert read == 'a,b,c,d\r\n-1,-2.5,true,"[1, 2]"\r\n'


def test_json_is_json(published: Path) -> None:
    table = run_query(
        published,
        "SELECT 'a\"<' AS t, 'NaN'::DOUBLE AS n, "
        "TIMESTAMPTZ '2026-01-01 00:00:00+08' AS w, MAP {'k': 'v'} AS m, 1.50::DECIMAL(4,2) AS d",
    )
    (row,) = json.loads(table_text(table, form="json"))
    assert row["t"] == 'a"<'
    assert row["n"] is None
    assert row["w"] == "2025-12-31T16:00:00+00:00"
    assert row["d"] == 1.5
    assert json.loads(table_text(run_query(published, "SELECT 1 AS a WHERE false"), form="json")) == []


def test_files_are_written_whole(published: Path, tmp_path: Path) -> None:
    table = run_query(published, "SELECT * FROM cases WHERE process = 'desk'")
    for suffix in ("csv", "json", "parquet"):
        path = write_table(table, tmp_path / f"out.{suffix}")
        assert path.stat().st_size > 100
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 160
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfprocess,")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.json", "out.parquet"]


def test_a_form_that_is_not_known_is_told(published: Path, tmp_path: Path) -> None:
    table = run_query(published, "SELECT 1 AS a")
    with pytest.raises(WarehouseError, match="names no form"):
        write_table(table, tmp_path / "out.docx")
    with pytest.raises(WarehouseError, match="can't be written"):
        write_table(table, tmp_path / "missing" / "out.csv")


def test_the_schema_lists_tables_with_comments(published: Path) -> None:
    tables = {table.name: table for table in schema_of(published)}
    assert {"processes", "cases", "events", "activity_instances", "deviations", "hotspots"} <= set(tables)
    assert tables["hotspots"].comment.startswith("One row per place")
    columns = {column.name: column for column in tables["deviations"].columns}
    assert columns["sentence_en"].type == "VARCHAR"
    assert columns["sentence_en"].comment == "The finding in one English sentence"
    assert all(table.columns for table in tables.values())
