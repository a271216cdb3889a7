from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from pipelines.errors import BadInput
from pipelines.sources.decompression import StagingLimits
from pipelines.sources.locating import LocatedFile
from pipelines.sources.staging import StagedParquet, StagedText, stage

CHINESE = "案例编号,活动\n一,登记工单\n二,办结，归档\n"


def staged(tmp_path: Path, name: str, content: bytes, **options: object) -> StagedText:
    path = tmp_path / name
    path.write_bytes(content)
    located = LocatedFile(path=path, locator=f"data/{name}")
    found = stage(located, format=None, folder=tmp_path / "staging", **options)  # type: ignore[arg-type]
    assert isinstance(found, StagedText)
    return found


def test_plain_utf_8_is_used_where_it_lies(tmp_path: Path) -> None:
    found = staged(tmp_path, "a.csv", CHINESE.encode())
    assert found.path == tmp_path / "a.csv"
    assert not found.is_copy
    assert found.columns == ("案例编号", "活动")
    assert not (tmp_path / "staging").exists()


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("a.csv.gz", gzip.compress(CHINESE.encode(), mtime=0), None),
        ("a.csv.zst", zstandard.compress(CHINESE.encode("utf-8-sig")), "utf-8"),
        ("a.csv", CHINESE.encode("gb18030"), "gb18030"),
        ("a.csv.gz", gzip.compress(CHINESE.encode("gb18030"), mtime=0), "gb18030"),
        ("a.csv", CHINESE.encode("utf-16"), None),
    ],
)
def test_the_rest_becomes_a_plain_copy(tmp_path: Path, name: str, content: bytes, encoding: str | None) -> None:
    found = staged(tmp_path, name, content, encoding=encoding)
    assert found.is_copy
    assert found.path.parent == tmp_path / "staging"
    assert found.path.read_bytes() == CHINESE.encode()
    assert found.columns == ("案例编号", "活动")


def test_latin_1_and_line_ends_are_kept(tmp_path: Path) -> None:
    found = staged(tmp_path, "a.csv", "größe;x\r\n1;ä\r\n".encode("latin-1"), encoding="latin-1")
    assert found.path.read_bytes() == "größe;x\r\n1;ä\r\n".encode()
    assert found.dialect is not None
    assert found.dialect.delimiter == ";"


def test_a_large_text_crosses_the_chunks_whole(tmp_path: Path) -> None:
    text = "编号,说明\n" + "".join(f"{number},第{number}行，说明文字\n" for number in range(120_000))
    found = staged(tmp_path, "a.csv.gz", gzip.compress(text.encode("gb18030"), 1, mtime=0), encoding="gb18030")
    assert found.path.read_text("utf-8") == text


def test_what_comes_before_the_header_stays_behind(tmp_path: Path) -> None:
    found = staged(tmp_path, "a.csv", b"sep=;\r\n\r\na;b\r\n1;2\r\n")
    assert found.is_copy
    assert found.path.read_bytes() == b"a;b\r\n1;2\r\n"
    assert found.dialect is not None
    assert found.dialect.skip_lines == 0


def test_a_header_of_two_lines_after_a_mark_is_copied_without_the_mark(tmp_path: Path) -> None:
    found = staged(tmp_path, "a.csv", b'\xef\xbb\xbf"a\nb",c\n1,2\n')
    assert found.path.read_bytes() == b'"a\nb",c\n1,2\n'
    assert found.columns == ("a b", "c")


def test_json_lines(tmp_path: Path) -> None:
    found = staged(tmp_path, "a.jsonl.gz", gzip.compress(b'{"a": 1}\n{"a": 2}\n', mtime=0))
    assert (found.columns, found.dialect) == (None, None)
    assert found.path.suffix == ".jsonl"
    with pytest.raises(BadInput, match="found a list in brackets"):
        staged(tmp_path, "b.jsonl", b'[{"a": 1}]')
    with pytest.raises(BadInput, match="found nothing"):
        staged(tmp_path, "c.jsonl", b"  \n")


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + b"x" * 20 + b"PAR1")
    located = LocatedFile(path=path, locator="data/a.parquet")
    assert stage(located, format=None, folder=tmp_path) == StagedParquet(path=path)
    path.write_bytes(b"PAR1" + b"x" * 20)
    with pytest.raises(BadInput, match=r"data/a.parquet: the Parquet file has no end"):
        stage(located, format=None, folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "options", "expected"),
    [
        ("a.csv", b"", {}, "data/a.csv: the file is empty"),
        (
            "a.csv.gz",
            gzip.compress(CHINESE.encode() * 9, mtime=0)[:-9],
            {},
            "data/a.csv.gz: the archive ends too early",
        ),
        ("a.csv.gz", b"a,b\n1,2\n", {}, "gzip archive by its suffix"),
        ("a.csv", gzip.compress(b"a,b\n", mtime=0), {}, "those of a gzip archive"),
        ("a.csv", CHINESE.encode("gb18030"), {}, "at byte 0, line 1"),
        (
            "a.csv.gz",
            gzip.compress(b"a\n" * 1000, mtime=0),
            {"limits": StagingLimits(max_bytes=100)},
            "larger than the limit",
        ),
        ("a.csv", b"a,b\n1,2\n", {"encoding": "big5"}, "unknown encoding"),
        (
            "a.csv.gz",
            gzip.compress(b"a,b\n" + b"1,2\n" * 600_000 + b"\xff,2\n", mtime=0),
            {},
            "at byte 2,400,004, line 600,002",
        ),
    ],
)
def test_errors_leave_nothing_behind(
    tmp_path: Path, name: str, content: bytes, options: dict[str, object], expected: str
) -> None:
    with pytest.raises(BadInput) as caught:
        staged(tmp_path, name, content, **options)
    assert expected in str(caught.value)
    assert not list((tmp_path / "staging").glob("*"))
