"""Source files that are damaged, mislabelled or hostile: refused with one message, or a row in quarantine."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import zstandard

from tests.builders.workspaces import HEADER, ROWS, csv_text, process_config, write_data, write_yaml
from tests.pipelines.bad_input.nights import MART, attempt, changed, facts_of, quarantined

NEW = (*ROWS, ("T20", "Register", "2026-02-20 09:00:00", "agent 1", "south"))
TEXT = csv_text(NEW)
XES_MAPPING = {"case": "case:concept:name", "activity": "concept:name", "completed": "time:timestamp"}


def put(folder: Path, content: bytes | str, suffix: str = ".csv", **source: Any) -> None:
    """The file of the source replaced by another content, under another suffix where wished."""
    (folder / "data" / "desk.csv").unlink()
    path = folder / "data" / f"desk{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    config = process_config()
    config["sources"]["tickets"].update(files=f"data/desk{suffix}", **source)
    write_yaml(folder / "processes" / "desk" / "process.yaml", config)


def xes(rows: Sequence[Sequence[str]] = NEW, *, head: str = "") -> str:
    traces: dict[str, list[str]] = {}
    for case, step, at, agent, branch in rows:
        traces.setdefault(case, []).append(
            f'<event><string key="concept:name" value="{step}"/><date key="time:timestamp" '
            f'value="{at.replace(" ", "T")}Z"/><string key="agent" value="{agent}"/>'
            f'<string key="branch" value="{branch}"/></event>'
        )
    body = "".join(f'<trace><string key="concept:name" value="{k}"/>{"".join(v)}</trace>' for k, v in traces.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<log xes.version="1.0">{body}</log>'


def put_xes(folder: Path, content: bytes | str, suffix: str = ".xes") -> None:
    put(folder, content, suffix, mapping={**XES_MAPPING, "resource": "agent"})


def xlsx(sheet: str = "Tickets") -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate((HEADER, *NEW)):
            page.write_row(number, 0, row)
    return stream.getvalue()


def parquet(**more: Sequence[str]) -> bytes:
    stream = io.BytesIO()
    columns = {name: [row[index] for row in NEW] for index, name in enumerate(HEADER)}
    pq.write_table(pa.table({**columns, **more}), stream, compression="none")
    return stream.getvalue()


CSV_ATTACKS: dict[str, tuple[bytes | str, tuple[str, ...]]] = {
    "empty": ("", ("data/desk.csv", "the file is empty", "Check the export")),
    "blank lines": ("\n\n \n", ("data/desk.csv", "the file is empty")),
    "header alone": (csv_text(()), ("no row of the sources can be used", "they are empty")),
    "header changed": (
        TEXT.replace("done_at", "Finished_At"),
        (
            "names the column 'done_at', which the source does not have",
            "Columns found: ticket, step, Finished_At, agent, branch",
        ),
    ),
    "column gone that only an attribute uses": (
        "".join(line.rsplit(",", 1)[0] + "\n" for line in TEXT.splitlines()),
        ("names the column 'branch', which the source does not have", "source tickets"),
    ),
    "no date can be read": (
        TEXT.replace("2026-", "in "),
        ("no row of the sources can be used", "instant_unreadable in done_at", "for example 'in 02-01 09:00:00'"),
    ),
    "gzip named csv": (gzip.compress(TEXT.encode()), ("first bytes are those of a gzip archive", "Add .gz")),
    "workbook named csv": (xlsx(), ("first bytes are those of a zip archive", "Name it .xlsx")),
    "latin-1": (TEXT.replace("north", "cafés").encode("latin-1"), ("is not utf-8", "line 2", "encoding: latin-1")),
    "gb18030": (TEXT.replace("north", "北京").encode("gb18030"), ("is not utf-8", "encoding: gb18030")),
    "NUL in a cell": (TEXT.replace("T05,Examine", "T0\0005,Examine"), ("zero bytes", "Export it as UTF-8")),
    "NUL in the header": (TEXT.replace("branch", "bra\0nch"), ("zero bytes",)),
    "header of 20 MB": ("a" * 20_000_000 + TEXT, ("the header can't be read", "data/desk.csv")),
    "quote never closed in the header": ('"' + TEXT, ("the header can't be read", "a quote that is never closed")),
    "quote never closed": (
        TEXT.replace("T05,Examine", '"T05,Examine'),
        ("a quote opened in data row 22 is not closed", "lines behind it", "nothing of the file was landed"),
    ),
    "line ends mixed": (TEXT.replace("\n", "\r\n", 3), ("the lines end in different ways", "data/desk.csv")),
}


@pytest.mark.parametrize("attack", CSV_ATTACKS)
def test_a_bad_csv_is_refused_and_the_facts_stand(desk: Path, attack: str) -> None:
    content, fragments = CSV_ATTACKS[attack]
    put(desk, content)
    attempt(desk).is_refused(*fragments)


PACKED_ATTACKS: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "gzip cut": (gzip.compress(TEXT.encode())[:-30], ".csv.gz", ("ends too early", "data/desk.csv.gz")),
    "gzip damaged": (b"\x1f\x8b\x08\x00" + b"\xff" * 500, ".csv.gz", ("the archive is damaged",)),
    "zstd cut": (zstandard.compress(TEXT.encode())[:-9], ".csv.zst", ("ends too early",)),
    "text named gz": (TEXT.encode(), ".csv.gz", ("gzip archive by its suffix", "those of text")),
    "gzip bomb": (gzip.compress(b"a" * 200_000_000, 1), ".csv.gz", ("data/desk.csv.gz",)),
    "nothing in it": (gzip.compress(b""), ".csv.gz", ("the file is empty",)),
}


@pytest.mark.parametrize("attack", PACKED_ATTACKS)
def test_a_bad_archive_is_refused(desk: Path, attack: str) -> None:
    content, suffix, fragments = PACKED_ATTACKS[attack]
    put(desk, content, suffix)
    attempt(desk).is_refused(*fragments)


_BOMB = (
    '<!DOCTYPE lolz [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
XES_ATTACKS: dict[str, tuple[bytes | str, tuple[str, ...]]] = {
    "entity bomb": (xes(head=_BOMB).replace('"Register"', '"&l9;"', 1), ("document type or entities", "<!DOCTYPE")),
    "external entity": (
        xes(head='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace('"north"', '"&x;"', 1),
        ("document type or entities",),
    ),
    "cut": (xes()[: len(xes()) // 2], ("the XML can't be read", "data/desk.xes")),
    "cut between events": (xes().removesuffix("</log>"), ("data/desk.xes",)),
    "not XML": ("hello world", ("this is not XML", "expected is an XES log")),
    "another XML": ("<html/>", ("<html>, not an XES <log>",)),
    "no events": ("<log/>", ("the log holds no events",)),
    "too deep": ("<log>" + "<trace>" * 100_000, ("the XML can't be read",)),
    "attribute of 20 MB": (xes().replace('"south"', '"' + "a" * 20_000_000 + '"'), ("the XML can't be read",)),
    "wrong encoding": (xes().replace("south", "süd").encode("latin-1"), ("the XML can't be read", "encoding")),
}


@pytest.mark.parametrize("attack", XES_ATTACKS)
def test_a_bad_xes_is_refused(desk: Path, attack: str) -> None:
    content, fragments = XES_ATTACKS[attack]
    put_xes(desk, content)
    attempt(desk).is_refused(*fragments)


def test_a_cut_xes_archive_is_refused(desk: Path) -> None:
    put_xes(desk, gzip.compress(xes().encode())[:-40], ".xes.gz")
    attempt(desk).is_refused("ends too early")


def test_an_instant_of_an_xes_that_can_not_be_read_is_one_row(desk: Path) -> None:
    put_xes(desk, xes().replace("2026-02-20T09", "yesterday"))
    attempt(desk).is_done()
    assert quarantined(desk, "desk") == [("instant_unreadable", len(NEW), "time:timestamp")]


def _zip(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _xlsx_bomb() -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _zip(**parts, **{"xl/media/picture.bin": bytes(200_000_000)})


def _damaged_parquet() -> bytes:
    whole = parquet()
    return whole[:4] + b"\xff" * 400 + whole[404:]


OTHER_ATTACKS: dict[str, tuple[Any, str, dict[str, str], tuple[str, ...]]] = {
    "no such sheet": (xlsx, ".xlsx", {"sheet": "Calls"}, ("has no sheet 'Calls'; it has 'Tickets'", "sheet:")),
    "workbook cut": (lambda: xlsx()[:-200], ".xlsx", {}, ("the workbook is damaged",)),
    "zip bomb": (_xlsx_bomb, ".xlsx", {}, ("unpacks to more than 400 times its size",)),
    "zip without a workbook": (lambda: _zip(a=b"x"), ".xlsx", {}, ("not an Excel workbook",)),
    "text named xlsx": (TEXT.encode, ".xlsx", {}, ("first bytes are those of text",)),
    "parquet cut": (lambda: parquet()[:-100], ".parquet", {}, ("the Parquet file has no end",)),
    "parquet damaged": (_damaged_parquet, ".parquet", {}, ("the content can't be read", "data/desk.parquet")),
    "text named parquet": (TEXT.encode, ".parquet", {}, ("first bytes are those of text",)),
    "JSON array": (
        lambda: json.dumps([dict(zip(HEADER, row, strict=True)) for row in NEW], indent=1).encode(),
        ".jsonl",
        {},
        ("expected one JSON object a line", "found a list in brackets"),
    ),
    "no JSON": (lambda: b"abc\ndef\n", ".jsonl", {}, ("expected one JSON object a line",)),
    "JSON line of 20 MB": (
        lambda: b'{"ticket": "T00"}\n{"ticket": "' + b"a" * 20_000_000 + b'"}\n',
        ".jsonl",
        {},
        ("Maximum line size", "data/desk.jsonl"),
    ),
}


@pytest.mark.parametrize("attack", OTHER_ATTACKS)
def test_a_bad_file_of_another_format_is_refused(desk: Path, attack: str) -> None:
    make, suffix, source, fragments = OTHER_ATTACKS[attack]
    put(desk, make(), suffix, **source)
    attempt(desk).is_refused(*fragments)


def test_broken_rows_are_quarantined_under_their_number_and_the_others_count(desk: Path) -> None:
    rows = TEXT.splitlines()
    rows.insert(3, "short,Register")
    rows.insert(9, "long,Register,2026-02-20 09:00:00,a,b,c,d")
    rows.insert(12, 'T77,"Exa"mine,2026-02-20 09:00:00,a,b')
    rows += [",Register,2026-02-20 09:00:00,a,b", "T78,,2026-02-20 09:00:00,a,b", "T79,Register,,a,b"]
    rows += ["T80,Register,31.31.2026,a,b", "   ,Register,2026-02-20 09:00:00,a,b"]
    put(desk, "\n".join(rows) + "\n")
    tried = attempt(desk)
    tried.is_done()
    last = len(NEW) + 3
    assert quarantined(desk, "desk") == [
        ("unreadable_row", 3, "Expected Number of Columns: 5 Found: 2"),
        ("unreadable_row", 9, "Expected Number of Columns: 5 Found: 6"),
        ("unreadable_row", 12, "Value with unterminated quote found."),
        ("case_missing", last + 1, "ticket"),
        ("activity_missing", last + 2, "step"),
        ("instant_missing", last + 3, "done_at"),
        ("instant_unreadable", last + 4, "done_at"),
        ("case_missing", last + 5, "ticket"),
    ]
    with duckdb.connect(str(desk / MART), read_only=True) as connection:
        numbers = connection.execute("SELECT row_number, case_id, activity FROM events").fetchall()
        whole = connection.execute(
            "SELECT rows_read - rows_landed, rows_quarantined FROM loads WHERE is_current"
        ).fetchall()
    assert len(numbers) == len(NEW)
    for number, case, activity in numbers:
        assert rows[number].startswith(f"{case},{activity},")
    assert whole == [(3, 8)]


def test_a_line_of_20_mb_costs_its_row(desk: Path) -> None:
    put(desk, TEXT + "T50,Register,2026-02-20 09:00:00," + "a" * 20_000_000 + ",b\n")
    attempt(desk).is_done()
    assert [(reason, row) for reason, row, _ in quarantined(desk, "desk")] == [("unreadable_row", len(NEW) + 1)]


def test_broken_json_lines_cost_their_rows(desk: Path) -> None:
    lines = [json.dumps(dict(zip(HEADER, row, strict=True))) for row in NEW]
    lines[3:3] = ['{"ticket": "T0', "[1, 2]", "null", '{"ticket": "A\x1fB"}', '{"ticket": "\\ud800"}']
    lines.append('{"ticket": ' + "[" * 50_000 + "]" * 50_000 + "}")
    lines.append(json.dumps({"": 1, 'a"b': 2, "c'd": 3, "$.x": 4, "a/b~c": 5, "load_id": "7", "c0": "8", "Ticket": 9}))
    put(desk, "\n".join(lines), ".jsonl")
    attempt(desk).is_done()
    reasons = [(reason, row) for reason, row, _ in quarantined(desk, "desk")]
    assert reasons[:5] == [("unreadable_row", row) for row in range(4, 9)]
    assert [reason for reason, _ in reasons[5:]] == ["activity_missing", "case_missing"]


def test_a_start_after_its_end_is_quarantined(desk: Path) -> None:
    rows = [(*row, row[2]) for row in NEW]
    rows.append(("T21", "Register", "2026-02-20 09:00:00", "a", "b", "2026-02-20 10:00:00"))
    put(desk, csv_text(rows, header=(*HEADER, "begun_at")))
    config = process_config()
    instant = {"column": "begun_at", "format": "%Y-%m-%d %H:%M:%S"}
    config["sources"]["tickets"]["mapping"]["started"] = instant
    write_yaml(desk / "processes" / "desk" / "process.yaml", config)
    attempt(desk).is_done()
    assert quarantined(desk, "desk") == [("start_after_end", len(rows), "begun_at, done_at")]


@pytest.mark.parametrize("year", ["0000", "9999"])
def test_an_instant_beyond_reason_costs_its_row(desk: Path, year: str) -> None:
    write_data(desk, rows=(*ROWS, ("T20", "Register", f"{year}-12-31 23:59:59", "agent 1", "south")))
    attempt(desk).is_done()
    assert quarantined(desk, "desk") == [("instant_unreadable", len(ROWS) + 1, "done_at")]


HOSTILE_COLUMNS = [
    "load_id",
    "row_number",
    "row_key",
    "process",
    "c0",
    'a"b',
    "",
    "  ",
    "a'b",
    "select",
    "Ticket",
    "c0",
]


def test_column_names_mean_nothing_to_the_store(desk: Path) -> None:
    before = facts_of(desk, "desk", file=MART, of_arrival=False)
    header = (*HEADER, *HOSTILE_COLUMNS)
    put(desk, csv_text([(*row, *(f"v{n}" for n in range(len(HOSTILE_COLUMNS)))) for row in ROWS], header=header))
    config = process_config()
    names = ["load_id", "row_number", "process", "c0", 'a"b', "column_12", "a'b", "select", "Ticket_2", "c0_2"]
    config["sources"]["tickets"]["attributes"] += [
        {"name": f"x{n}", "column": name, "of": "event"} for n, name in enumerate(names)
    ]
    write_yaml(desk / "processes" / "desk" / "process.yaml", config)
    attempt(desk).is_done()
    with duckdb.connect(str(desk / MART), read_only=True) as connection:
        found = connection.execute("SELECT DISTINCT COLUMNS('^x[0-9]+$') FROM events").fetchall()
    assert found == [("v0", "v1", "v3", "v4", "v5", "v6", "v8", "v9", "v10", "v11")]
    assert changed(before, facts_of(desk, "desk", file=MART, of_arrival=False)) == ["events"]


def test_parquet_columns_named_as_the_stores_own_are_kept(desk: Path) -> None:
    size = len(NEW)
    put(desk, parquet(row_number=["x"] * size, load_id=["y"] * size, row_key=["z"] * size), ".parquet")
    config = process_config()
    config["sources"]["tickets"]["files"] = "data/desk.parquet"
    config["sources"]["tickets"]["attributes"] += [
        {"name": f"own_{name}", "column": name, "of": "event"} for name in ("row_number", "load_id", "row_key")
    ]
    write_yaml(desk / "processes" / "desk" / "process.yaml", config)
    attempt(desk).is_done()
    with duckdb.connect(str(desk / MART), read_only=True) as connection:
        found = connection.execute("SELECT DISTINCT own_row_number, own_load_id, own_row_key FROM events").fetchall()
        rows = connection.execute("SELECT min(row_number), max(row_number), count(*) FROM events").fetchall()
    assert found == [("x", "y", "z")]
    assert rows == [(1, size, size)]


def test_a_column_that_the_mapping_invents_is_named_with_those_that_exist(desk: Path) -> None:
    config = process_config()
    config["sources"]["tickets"]["mapping"].update(case="tikcet", resource="agnet")
    write_yaml(desk / "processes" / "desk" / "process.yaml", config)
    attempt(desk).is_refused("'tikcet'", "'agnet'", "Columns found: ticket, step, done_at, agent, branch")
