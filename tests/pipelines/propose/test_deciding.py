from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import yaml

from pipelines.errors import BadInput
from pipelines.propose.deciding import propose
from pipelines.propose.proposal import Proposal
from pipelines.propose.rendering import render_process_yaml
from pipelines.workspace.process_file import ProcessFile

START = dt.datetime(2026, 1, 5, 9, 0)
Row = dict[str, str]


def events(cases: int, names: dict[str, str], *, interleaved: bool = False, steps: tuple[str, ...] = ()) -> list[Row]:
    """A log with case, activity, begin, end, who, team and channel under the names that are given."""
    chance = random.Random(7)
    steps = steps or ("Register", "Check", "Decide", "Inform", "Close")
    rows: list[tuple[dt.datetime, Row]] = []
    for case in range(cases):
        moment = START + dt.timedelta(hours=3 * case)
        channel = ("phone", "web", "branch")[case % 3]
        for position, step in enumerate(steps):
            if position in {1, 2} and chance.random() < 0.3:
                continue
            moment += dt.timedelta(minutes=chance.randint(5, 90))
            begun = moment
            moment += dt.timedelta(minutes=chance.randint(1, 30))
            row = {
                "case": f"{26000 + case}",
                "activity": step,
                "begin": f"{begun:%Y-%m-%d %H:%M:%S}",
                "end": f"{moment:%Y-%m-%d %H:%M:%S}",
                "who": f"U{chance.randint(1, 12):03d}",
                "team": f"T{chance.randint(1, 3)}",
                "channel": channel,
                "amount": f"{100 + case % 40}.50",
            }
            rows.append((moment, {names[key]: value for key, value in row.items() if key in names}))
    if interleaved:
        rows.sort(key=lambda item: item[0])
    return [row for _, row in rows]


ENGLISH = {key: key for key in ("case", "activity", "begin", "end", "who", "team", "channel", "amount")} | {
    "case": "ticket_id",
    "begin": "started_at",
    "end": "completed_at",
    "who": "agent",
}
CHINESE = {
    "case": "工单号",
    "activity": "环节",
    "begin": "开始时间",
    "end": "完成时间",
    "who": "处理人",
    "team": "部门",
    "channel": "渠道",
    "amount": "金额",
}
MUTE = {"case": "c1", "activity": "c2", "begin": "c3", "end": "c4", "who": "c5", "team": "c6", "channel": "c7"}


def as_csv(rows: list[Row], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def proposed(tmp_path: Path, content: str | bytes, name: str = "log.csv", **options: object) -> Proposal:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return propose(path, time_zone="Asia/Shanghai", **options)  # type: ignore[arg-type]


def read_back(proposal: Proposal, files: str = "data/*.csv") -> ProcessFile:
    return ProcessFile.model_validate(yaml.safe_load(render_process_yaml(proposal, process="desk", files=files)))


def roles(proposal: Proposal) -> dict[str, object]:
    return {
        "kind": proposal.kind.kind,
        "case": proposal.case and proposal.case.column,
        "activity": [choice.column for choice in proposal.activity],
        "started": proposal.started and proposal.started.column,
        "completed": proposal.completed and proposal.completed.column,
        "resource": proposal.resource and proposal.resource.column,
        "role": proposal.role and proposal.role.column,
    }


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("names", [ENGLISH, CHINESE], ids=["english", "chinese"])
def test_a_log_with_usual_names(tmp_path: Path, names: dict[str, str], interleaved: bool) -> None:
    found = proposed(tmp_path, as_csv(events(80, names, interleaved=interleaved)))
    assert roles(found) == {
        "kind": "events",
        "case": names["case"],
        "activity": [names["activity"]],
        "started": names["begin"],
        "completed": names["end"],
        "resource": names["who"],
        "role": names["team"],
    }
    assert found.completed is not None
    assert found.completed.format == "%Y-%m-%d %H:%M:%S"
    assert found.completed.time_zone == "Asia/Shanghai"
    assert {(a.name, a.type, a.of) for a in found.attributes} == {
        ("channel", "text", "case"),
        ("amount", "number", "case"),
    }
    assert [choice.column for choice in found.segments] == ["channel"]
    assert found.ends.activities == ("Close",)
    assert found.is_whole
    assert all(choice is None or choice.reason for choice in (found.case, found.completed, found.resource))


@pytest.mark.parametrize("interleaved", [False, True])
def test_names_that_say_nothing(tmp_path: Path, interleaved: bool) -> None:
    found = proposed(tmp_path, as_csv(events(200, MUTE, interleaved=interleaved)))
    assert roles(found) == {
        "kind": "events",
        "case": "c1",
        "activity": ["c2"],
        "started": "c3",
        "completed": "c4",
        "resource": None,
        "role": None,
    }
    assert found.case is not None
    assert found.case.confidence == "low"
    assert "(?)" in render_process_yaml(found, process="desk", files="x.csv")


def test_a_chinese_file_in_gb18030(tmp_path: Path) -> None:
    rows = events(60, CHINESE, steps=("登记工单", "受理", "审核", "回访客户", "归档"))
    for row in rows:
        for key in ("开始时间", "完成时间"):
            row[key] = f"{dt.datetime.fromisoformat(row[key]):%Y年%m月%d日 %H:%M:%S}"
        row["渠道"] = {"phone": "电话", "web": "网上银行", "branch": "网点"}[row["渠道"]]
    found = proposed(tmp_path, as_csv(rows, ";").encode("gb18030"))
    assert (found.encoding, found.delimiter) == ("gb18030", ";")
    assert roles(found)["case"] == "工单号"
    assert roles(found)["activity"] == ["环节"]
    assert found.completed is not None
    assert found.completed.format == "%Y年%m月%d日 %H:%M:%S"
    read = read_back(found).sources["desk"]
    assert read.encoding == "gb18030"
    assert read.delimiter == ";"
    assert read.mapping.case == "工单号"
    assert read.mapping.started is not None
    assert read.mapping.started.column == "开始时间"
    assert {attribute.name for attribute in read.attributes} == {"channel", "amount"}


@pytest.mark.parametrize(("delimiter", "written"), [(";", ";"), ("|", "|"), ("\t", None), (",", None)])
def test_delimiters_are_read_back_or_found_again(tmp_path: Path, delimiter: str, written: str | None) -> None:
    found = proposed(tmp_path, as_csv(events(20, ENGLISH), delimiter))
    assert found.delimiter == delimiter
    assert read_back(found).sources["desk"].delimiter == written


def test_a_table_with_a_row_a_case(tmp_path: Path) -> None:
    text = "ticket_id,opened_at,opened_by,resolved_at,closed_at,priority\n" + "".join(
        f"T{n},{START + dt.timedelta(hours=n)},U{n % 5},{START + dt.timedelta(hours=n + 2)},"
        f"{(START + dt.timedelta(hours=n + 9)) if n % 4 else ''},P{n % 3}\n"
        for n in range(60)
    )
    found = proposed(tmp_path, text)
    assert found.kind.kind == "wide"
    assert roles(found)["case"] == "ticket_id"
    assert [(m.activity, m.instant.column, m.resource) for m in found.milestones] == [
        ("Opened", "opened_at", "opened_by"),
        ("Resolved", "resolved_at", None),
        ("Closed", "closed_at", None),
    ]
    assert [choice.column for choice in found.segments] == ["priority"]
    read = read_back(found).sources["desk"]
    assert [milestone.activity for milestone in read.mapping.milestones] == ["Opened", "Resolved", "Closed"]


def test_a_table_of_attributes(tmp_path: Path) -> None:
    text = "case_id,branch,amount,vip,postcode\n" + "".join(
        f"T{n},B{n % 4},{n * 3},{'true' if n % 2 else 'false'},0{n % 7}123\n" for n in range(60)
    )
    found = proposed(tmp_path, text)
    assert found.kind.kind == "cases"
    assert {(a.name, a.type) for a in found.attributes} == {
        ("branch", "text"),
        ("amount", "integer"),
        ("vip", "boolean"),
        ("postcode", "text"),
    }
    assert "cases" in render_process_yaml(found, process="desk", files="x.csv")


def test_lifecycle_is_paired_joined_or_left_out(tmp_path: Path) -> None:
    rows = events(60, ENGLISH)
    pairs = [
        {"case_id": row["ticket_id"], "activity": row["activity"], "time": row[f"{end}ed_at"], "lifecycle": word}
        for row in rows
        for end, word in (("start", "start"), ("complet", "complete"))
    ]
    found = proposed(tmp_path, as_csv(pairs))
    assert found.lifecycle is not None
    assert found.lifecycle.column == "lifecycle"
    assert found.started is None
    always = proposed(tmp_path, as_csv([row | {"lifecycle": "complete"} for row in pairs]))
    assert always.lifecycle is None
    assert any("nothing to pair" in left.reason for left in always.left_out)
    own = proposed(
        tmp_path, as_csv([row | {"lifecycle": ("Assigned", "Wait", "In call")[n % 3]} for n, row in enumerate(pairs)])
    )
    assert [choice.column for choice in own.activity] == ["activity", "lifecycle"]


def test_order_key_and_instants_of_cases(tmp_path: Path) -> None:
    rows = events(60, ENGLISH)
    seen: dict[str, int] = {}
    for number, row in enumerate(rows):
        seen[row["ticket_id"]] = seen.get(row["ticket_id"], 0) + 1
        row |= {
            "seq": str(seen[row["ticket_id"]]),
            "event_id": f"E{number}",
            "due_date": f"{START + dt.timedelta(days=int(row['ticket_id']) - 26000):%Y-%m-%d}",
            "creator": "Tool",
            "copy": row["activity"],
            "remarks": f"long text that differs from row to row, number {number}, and goes on and on and on",
        }
    found = proposed(tmp_path, as_csv(rows))
    assert found.order is not None
    assert found.order.column == "seq"
    assert [choice.column for choice in found.key] == ["event_id"]
    due = next(attribute for attribute in found.attributes if attribute.column == "due_date")
    assert (due.type, due.of) == ("instant", "case")
    reasons = {left.column: left.reason for left in found.left_out}
    assert "made it up" in reasons["creator"]
    assert "repeats 'activity'" in reasons["copy"]
    assert "free text" in reasons["remarks"]
    read = read_back(found).sources["desk"]
    assert next(a for a in read.attributes if a.name == "due_date").format == "%Y-%m-%d"


def test_two_columns_that_could_be_the_case_are_named(tmp_path: Path) -> None:
    rows = [
        row | {"process_instance_id": f"P{int(row['case_id']) // 2}"}
        for row in events(60, ENGLISH | {"case": "case_id"})
    ]
    found = proposed(tmp_path, as_csv(rows))
    assert roles(found)["case"] == "case_id"
    assert any("'process_instance_id' could be the case as well" in doubt for doubt in found.doubts)


def test_swapped_instants_and_epochs_are_doubted(tmp_path: Path) -> None:
    swapped = proposed(tmp_path, as_csv(events(60, ENGLISH | {"begin": "completed_at", "end": "started_at"})))
    assert any("are the two swapped?" in doubt for doubt in swapped.doubts)
    rows = events(60, ENGLISH)
    for row in rows:
        row["completed_at"] = str(int(dt.datetime.fromisoformat(row["completed_at"]).timestamp()))
        del row["started_at"]
    epochs = proposed(tmp_path, as_csv(rows))
    assert any("since 1970" in doubt for doubt in epochs.doubts)


def test_a_file_that_suggests_nothing_is_no_error(tmp_path: Path) -> None:
    found = proposed(tmp_path, "x,y\n1,2\n1,2\n1,2\n")
    assert found.case is None
    assert any("names the case" in doubt for doubt in found.doubts)
    text = render_process_yaml(found, process="desk", files="x.csv")
    assert "TO BE NAMED" in text
    yaml.safe_load(text)


def test_a_file_without_a_header_is_doubted(tmp_path: Path) -> None:
    text = "".join(f"{n // 3},{n},2026-01-01 10:00:{n % 60:02d}\n" for n in range(50))
    assert any("looks like data" in doubt for doubt in proposed(tmp_path, text).doubts)


def test_only_the_first_rows_are_looked_at(tmp_path: Path) -> None:
    found = proposed(tmp_path, as_csv(events(80, ENGLISH)), rows=50)
    assert (found.rows, found.is_whole) == (50, False)
    assert "the first 50 rows" in render_process_yaml(found, process="desk", files="x.csv")


def test_the_same_log_in_every_format(tmp_path: Path) -> None:
    rows = events(40, ENGLISH)
    expected = roles(proposed(tmp_path, as_csv(rows)))
    lines = "\n".join(json.dumps(row) for row in rows)
    assert roles(proposed(tmp_path, lines, "log.jsonl")) == expected
    typed = pl.DataFrame(rows).with_columns(pl.col("started_at", "completed_at").str.to_datetime())
    typed.write_parquet(tmp_path / "log.parquet")
    found = propose(tmp_path / "log.parquet")
    assert roles(found) == expected
    assert found.completed is not None
    assert found.completed.format is None
    with xlsxwriter.Workbook(str(tmp_path / "log.xlsx")) as book:
        sheet = book.add_worksheet("Log")
        sheet.write_row(0, 0, list(rows[0]))
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, list(row.values()))
    assert roles(propose(tmp_path / "log.xlsx", sheet="Log")) == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"a,b\n", "a header but no rows"),
        ("a.csv", b"", "the file is empty"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', "line 2 is not JSON"),
        ("a.jsonl", b"[1]\n", "line 1 is a list"),
        ("a.jsonl", b"\n\n", "the file is empty"),
        ("a.jsonl", b"[" * 100_000 + b"\n", "line 1 is not JSON"),
        ("a.parquet", b"PAR1" + b"\0" * 30 + b"PAR1", "the Parquet file can't be read"),
    ],
)
def test_files_that_can_not_be_looked_at(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        proposed(tmp_path, content, name)
    assert expected in str(caught.value)
