from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard

from pipelines.errors import BadInput
from pipelines.sources import xes_events
from pipelines.sources.locating import LocatedFile
from pipelines.sources.staging import StagedBatches, stage

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
LOG = f"""{HEAD}
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="trace"><string key="concept:name" value="DEFAULT"/></global>
<string key="concept:name" value="the log"/>
<!-- a comment -->
<trace><string key="concept:name" value="c2"/><boolean key="vip" value="True"/><int key="n" value="3"/>
  <event>
    <string key="concept:name" value="A &amp; &lt;B&gt; 审批"/>
    <date key="time:timestamp" value="2020-01-01T10:00:00.123456+02:00"/>
    <boolean key="ok" value="False"/><int key="mixed" value="7"/><float key="cost" value="1.5"/>
    <date key="bad" value="2020-01-01T10:00:00Z"/>
    <date key="local" value="2020-01-01T10:00:00"/><string key="case:vip" value="own"/><id key="uid" value="u1"/>
    <list key="l"><values><string key="q" value="1"/></values></list>
  </event>
  <event>
    <string key="concept:name" value="B"/><date key="time:timestamp" value="2020-01-01T11:00:00.1234567Z"/>
    <boolean key="ok" value="true"/><int key="mixed" value="x7"/><int key="cost" value="2"/>
    <date key="bad" value="garbage"/>
    <string key="note" value="x"><string key="inner" value="y"/></string>
  </event>
</trace>
<trace><string key="concept:name" value="c1"/></trace>
<trace><event><string key="concept:name" value="A"/><string value="no key"/></event></trace>
<event><string key="concept:name" value="outside"/></event>
</log>
"""


def staged(tmp_path: Path, content: bytes, name: str = "a.xes") -> StagedBatches:
    path = tmp_path / name
    path.write_bytes(content)
    found = stage(LocatedFile(path=path, locator=f"data/{name}"), format=None, folder=tmp_path / "staging")
    assert isinstance(found, StagedBatches)
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xes", LOG.encode()),
        ("a.xes", LOG.encode("utf-8-sig")),
        ("a.xes", LOG.replace("UTF-8", "UTF-16").encode("utf-16")),
        ("a.xes.gz", gzip.compress(LOG.encode(), mtime=0)),
        ("a.xes.zst", zstandard.compress(LOG.encode())),
        ("a.xes", LOG.replace("\n", " ").encode()),
    ],
)
def test_events_with_their_types(tmp_path: Path, name: str, content: bytes) -> None:
    found = staged(tmp_path, content, name)
    table = found.reader.read_all()
    assert found.columns[:3] == ("case:concept:name", "concept:name", "time:timestamp")
    assert list(found.columns[3:]) == [
        "bad", "case:vip", "cost", "l", "local", "mixed", "note", "ok", "uid", "case:n", "case:vip_2",
    ]  # fmt: skip
    kinds = dict(zip(table.column_names, table.schema.types, strict=True))
    assert kinds["time:timestamp"] == pa.timestamp("us", tz="UTC")
    assert kinds["local"] == pa.timestamp("us")
    assert kinds["ok"] == kinds["case:vip_2"] == pa.bool_()
    assert kinds["cost"] == pa.float64()
    assert kinds["case:n"] == pa.int64()
    assert kinds["bad"] == kinds["mixed"] == pa.string()
    rows = table.to_pylist()
    assert [row["concept:name"] for row in rows] == ["A & <B> 审批", "B", "A"]
    assert [row["case:concept:name"] for row in rows] == ["c2", "c2", None]
    assert rows[0]["time:timestamp"] == dt.datetime(2020, 1, 1, 8, 0, 0, 123456, tzinfo=dt.UTC)
    assert rows[1]["time:timestamp"] == dt.datetime(2020, 1, 1, 11, 0, 0, 123456, tzinfo=dt.UTC)
    assert [row["ok"] for row in rows] == [False, True, None]
    assert [row["case:vip_2"] for row in rows] == [True, True, None]
    assert [row["case:vip"] for row in rows] == ["own", None, None]
    assert [row["mixed"] for row in rows] == ["7", "x7", None]
    assert [row["bad"] for row in rows] == ["2020-01-01T10:00:00Z", "garbage", None]
    assert [row["cost"] for row in rows] == [1.5, 2.0, None]
    assert rows[0]["l"] == '[{"key": "q", "value": "1"}]'
    assert "1 x traces without an event: they have no row" in found.notes
    assert "1 x events outside any trace, not taken in: they belong to no case" in found.notes
    assert "1 x attributes without a key, not taken in" in found.notes
    assert any("attributes of the attribute 'note'" in note for note in found.notes)


def test_columns_that_come_late_and_types_that_fail_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes_events, "_BATCH_EVENTS", 10)
    traces = "".join(
        f'<trace><string key="concept:name" value="c{case}"/>'
        + "".join(
            f'<event><string key="concept:name" value="a{event}"/><int key="n" value="{case if case < 40 else "?"}"/>'
            + (f'<int key="late" value="{event}"/>' if case > 30 else "")
            + "</event>"
            for event in range(3)
        )
        + "</trace>"
        for case in range(50)
    )
    found = staged(tmp_path, (HEAD + traces + "</log>").encode())
    rows = found.reader.read_all().to_pylist()
    assert [(row["case:concept:name"], row["concept:name"]) for row in rows] == [
        (f"c{case}", f"a{event}") for case in range(50) for event in range(3)
    ]
    assert [row["n"] for row in rows] == [str(case) if case < 40 else "?" for case in range(50) for _ in range(3)]
    assert [row["late"] for row in rows] == [event if case > 30 else None for case in range(50) for event in range(3)]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "xxxxxxxxxx">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + ']><log><trace><event><string key="concept:name" value="&j;"/></event></trace></log>'
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (BOMB.encode(), "declares a document type or entities"),
        (BOMB.encode("utf-16"), "declares a document type or entities"),
        (b'<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', "declares a document type"),
        (b"not xml at all", "this is not XML"),
        (b"<html><body/></html>", "this XML is <html>, not an XES <log>"),
        (b"<log/>", "the log holds no events"),
        (b"<log><trace/></log>", "the log holds no events"),
        (LOG.encode()[:-20], "the XML can't be read"),
        (LOG.encode()[: len(LOG) // 2], "the XML can't be read"),
        (b"<log><trace><event></trace></log>", "data/a.xes, line 1: the XML can't be read"),
        (LOG.replace("garbage", "&undefined;").encode(), "the XML can't be read"),
        (LOG.encode().replace("审批".encode(), b"\xff\xfe"), "data/a.xes, line"),
    ],
)
def test_logs_that_are_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        staged(tmp_path, content)
    assert expected in str(caught.value)
    assert not list((tmp_path / "staging").glob("*"))


def test_a_cut_gz_of_a_log(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the archive ends too early"):
        staged(tmp_path, gzip.compress(LOG.encode(), mtime=0)[:-12], "a.xes.gz")
