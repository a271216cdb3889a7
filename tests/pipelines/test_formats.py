"""One small log in every format and encoding that asrun reads gives the same published facts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

from tests.builders.night import run_night
from warehouse.reading.adhoc import run_query

ROWS = [
    ("甲-1", "登记", "2026-03-02 09:00:00", "王芳", "北京", "3"),
    ("甲-1", "审核", "2026-03-02 11:30:00", "李雷", "北京", "3"),
    ("甲-1", "办结", "2026-03-03 16:00:00", "李雷", "北京", "3"),
    ("乙-2", "登记", "2026-03-04 08:15:00", "王芳", "上海", "10"),
    ("乙-2", "办结", "2026-03-04 08:15:00", "王芳", "上海", "10"),
]
COLUMNS = ["案例编号", "环节", "完成时间", "处理人", "网点", "金额"]

PROCESS = """
title: {{en: Permits, zh: 许可}}
time_zone: Asia/Shanghai
sources:
  log:
    files: data/log.*
    {options}
    mapping:
      case: 案例编号
      activity: 环节
      completed: {{column: 完成时间, format: "%Y-%m-%d %H:%M:%S", time_zone: Asia/Shanghai}}
      resource: 处理人
    attributes:
      - {{name: branch, column: 网点}}
      - {{name: amount, column: 金额, type: number, of: event}}
segments: [branch]
case: {{ends: {{activity: 办结}}}}
"""


def _csv(delimiter: str = ",") -> str:
    lines = [COLUMNS, *ROWS]
    return "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines) + "\n"


def _frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=COLUMNS, orient="row")


def _jsonl() -> str:
    return "".join(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n" for row in ROWS)


def _xlsx(path: Path) -> None:
    _frame().write_excel(path, worksheet="日志")


Write = Callable[[Path], object]
FORMATS: dict[str, tuple[str, str, Write]] = {
    "csv": ("log.csv", "", lambda p: p.write_text(_csv(), encoding="utf-8")),
    "csv with a byte order mark": ("log.csv", "", lambda p: p.write_text(_csv(), encoding="utf-8-sig")),
    "csv in GB18030": ("log.csv", "encoding: gb18030", lambda p: p.write_text(_csv(), encoding="gb18030")),
    "csv with semicolons": ("log.csv", 'delimiter: ";"', lambda p: p.write_text(_csv(";"), encoding="utf-8")),
    "csv with tabs": ("log.csv", r'delimiter: "\t"', lambda p: p.write_text(_csv("\t"), encoding="utf-8")),
    "csv.gz": ("log.csv.gz", "", lambda p: p.write_bytes(gzip.compress(_csv().encode()))),
    "csv.zst": ("log.csv.zst", "", lambda p: p.write_bytes(zstandard.compress(_csv().encode()))),
    "jsonl": ("log.jsonl", "", lambda p: p.write_text(_jsonl(), encoding="utf-8")),
    "parquet": ("log.parquet", "", lambda p: _frame().write_parquet(p)),
    "xlsx": ("log.xlsx", "sheet: 日志", _xlsx),
}


def _workspace(folder: Path, options: str, name: str, write: Write) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "processes" / "permits").mkdir(parents=True)
    (folder / "asrun.toml").write_text('time_zone = "Asia/Shanghai"\n', encoding="utf-8")
    text = PROCESS.format(options=options)
    (folder / "processes" / "permits" / "process.yaml").write_text(text, encoding="utf-8")
    write(folder / "data" / name)
    return folder


def _facts(folder: Path) -> dict[str, list[dict[str, Any]]]:
    snapshot = folder / "published" / "asrun.duckdb"
    queries = {
        "events": "SELECT * EXCLUDE (load_id) FROM events ORDER BY case_id, position",
        "cases": "SELECT * FROM cases ORDER BY case_id",
        "variants": "SELECT * FROM variants ORDER BY variant_id",
        "hotspots": "SELECT * FROM hotspots ORDER BY ALL",
    }
    return {name: run_query(snapshot, sql).to_pylist() for name, sql in queries.items()}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    name, options, write = FORMATS["csv"]
    folder = _workspace(tmp_path_factory.mktemp("formats") / "w", options, name, write)
    assert not run_night(folder).has_failed
    return _facts(folder)


def test_the_facts_are_those_of_the_rows(expected: dict[str, list[dict[str, Any]]]) -> None:
    events = [(row["case_id"], row["activity"], row["resource"], row["amount"]) for row in expected["events"]]
    assert sorted(events) == sorted((row[0], row[1], row[3], float(row[5])) for row in ROWS)
    cases = {row["case_id"]: row for row in expected["cases"]}
    assert cases["甲-1"]["cycle_seconds"] == 31 * 3600
    assert cases["乙-2"]["cycle_seconds"] == 0
    assert cases["甲-1"]["branch"] == "北京"
    assert dict(cases["乙-2"]["segments"]) == {"branch": "上海"}
    assert str(cases["甲-1"]["started_at"]) == "2026-03-02 01:00:00+00:00"


# the ways to read them have tests of their own, which are fast: one text encoding and one archive stand for all here
_LIKE_OTHERS = {"csv with a byte order mark", "csv with tabs", "csv.zst"}


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.slow if kind in _LIKE_OTHERS else ()) for kind in FORMATS if kind != "csv"],
)
@pytest.mark.usefixtures("without_pages")
def test_every_format_gives_the_same_facts(
    kind: str, tmp_path: Path, expected: dict[str, list[dict[str, Any]]]
) -> None:
    name, options, write = FORMATS[kind]
    folder = _workspace(tmp_path / "w", options, name, write)
    result = run_night(folder)
    assert not result.has_failed, result.processes
    assert _facts(folder) == expected


def test_a_glob_of_files_counts_as_one_source(tmp_path: Path, expected: dict[str, list[dict[str, Any]]]) -> None:
    half = "\n".join(_csv().splitlines()[:4]) + "\n"
    rest = "\n".join([_csv().splitlines()[0], *_csv().splitlines()[4:]]) + "\n"
    folder = _workspace(tmp_path / "w", "", "log.1.csv", lambda p: p.write_text(half, encoding="utf-8"))
    (folder / "data" / "log.2.csv").write_text(rest, encoding="utf-8")
    # the same bytes under another name land once
    (folder / "data" / "log.3.csv").write_text(rest, encoding="utf-8")
    assert not run_night(folder).has_failed
    facts = _facts(folder)
    assert facts["cases"] == expected["cases"]
    loads = run_query(folder / "published" / "asrun.duckdb", "SELECT rows_landed FROM loads ORDER BY 1").to_pylist()
    assert loads == [{"rows_landed": 2}, {"rows_landed": 3}]


WIDE = """
title: Checkups
sources:
  stays:
    kind: wide
    files: data/stays.csv
    mapping:
      case: stay
      milestones:
        - {activity: Check in, column: came, format: "%d.%m.%Y %H:%M", time_zone: Europe/Berlin, resource: desk}
        - {activity: Check out, column: left, format: "%d.%m.%Y %H:%M", time_zone: Europe/Berlin}
  surveys:
    kind: cases
    files: data/surveys.csv
    mapping: {case: stay}
    attributes:
      - {name: stars, column: stars, type: integer}
      - {name: complained, column: complaint, type: boolean}
case:
  ends: {activity: Check out}
"""


def test_wide_tables_and_case_tables(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    (folder / "data").mkdir(parents=True)
    (folder / "processes" / "stays").mkdir(parents=True)
    (folder / "asrun.toml").write_text('time_zone = "Europe/Berlin"\n', encoding="utf-8")
    (folder / "processes" / "stays" / "process.yaml").write_text(WIDE, encoding="utf-8")
    (folder / "data" / "stays.csv").write_text(
        # 02:30 stands twice on 25 October, and not at all on 29 March
        "stay,came,left,desk\n1,01.07.2026 15:00,03.07.2026 11:00,Mia\n2,25.10.2026 02:30,,Tom\n"
        "3,29.03.2026 02:30,30.03.2026 10:00,Mia\n4,31.02.2026 10:00,02.03.2026 10:00,Mia\n",
        encoding="utf-8",
    )
    (folder / "data" / "surveys.csv").write_text(
        "stay,stars,complaint\n1,5,false\n3,2,true\n9,1,true\n", encoding="utf-8"
    )
    result = run_night(folder)
    assert not result.has_failed, result.processes
    snapshot = folder / "published" / "asrun.duckdb"
    cases = run_query(
        snapshot, "SELECT case_id, state, started_at::VARCHAR AS at, stars, complained FROM cases ORDER BY case_id"
    ).to_pylist()
    assert [tuple(row.values()) for row in cases] == [
        ("1", "closed", "2026-07-01 13:00:00+00", 5, False),
        ("2", "open", "2026-10-25 00:30:00+00", None, None),
        ("3", "closed", "2026-03-29 01:30:00+00", 2, True),
        ("4", "closed", "2026-03-02 09:00:00+00", None, None),
    ]
    figures = run_query(snapshot, "SELECT figure, value FROM log_counts").to_pylist()
    counts = {row["figure"]: row["value"] for row in figures}
    assert counts["instants_ambiguous"] == 1
    assert counts["instants_impossible"] == 1
    bad = run_query(snapshot, "SELECT reason, column_name, value FROM quarantined_rows").to_pylist()
    assert bad == [{"reason": "instant_unreadable", "column_name": "came", "value": "31.02.2026 10:00"}]
    who = run_query(snapshot, "SELECT resource FROM events WHERE case_id = '1' ORDER BY position").to_pylist()
    assert who == [{"resource": "Mia"}, {"resource": None}]


FILTERED = """
title: Filtered
sources:
  log:
    files: data/log.csv
    where:
      - {column: kind, in: [A, 1]}
      - {column: team, not_in: [system]}
      - {column: at, is_null: false}
    mapping:
      case: id
      activity: [step, status]
      activity_separator: "/"
      completed: at
      order: seq
case: {ends: {last_event: true}}
"""


def test_filters_joined_activities_and_the_order_column(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    (folder / "data").mkdir(parents=True)
    (folder / "processes" / "log").mkdir(parents=True)
    (folder / "asrun.toml").write_text('time_zone = "UTC"\n', encoding="utf-8")
    (folder / "processes" / "log" / "process.yaml").write_text(FILTERED, encoding="utf-8")
    (folder / "data" / "log.csv").write_text(
        "id,step,status,at,seq,kind,team\n"
        "1,b,done,2026-01-01T00:00:00Z,10,A,x\n"
        "1,a,,2026-01-01T01:00:00+01:00,9,1,\n"
        "1,c,new,2026-01-01,1,B,x\n"
        "1,d,new,2026-01-01,2,A,system\n"
        "1,e,new,,3,A,x\n",
        encoding="utf-8",
    )
    result = run_night(folder)
    assert not result.has_failed, result.processes
    rows = run_query(
        folder / "published" / "asrun.duckdb",
        "SELECT activity, occurred_at::VARCHAR AS at FROM events ORDER BY position",
    ).to_pylist()
    figures = run_query(folder / "published" / "asrun.duckdb", "SELECT figure, value FROM log_counts").to_pylist()
    assert {row["figure"]: row["value"] for row in figures}["rows_filtered"] == 3
    # 9 before 10: the order column is read as a number
    assert rows == [
        {"activity": "a", "at": "2026-01-01 00:00:00+00"},
        {"activity": "b/done", "at": "2026-01-01 00:00:00+00"},
    ]
