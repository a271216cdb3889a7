from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from pipelines.sources.formats import format_of, suffix_format

GZIP = gzip.compress(b"a,b\n1,2\n", mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"a,b\n", ("csv", "none")),
        ("a.TSV", b"a\tb\n", ("csv", "none")),
        ("a.csv.gz", GZIP, ("csv", "gzip")),
        ("a.jsonl.zst", b"\x28\xb5\x2f\xfd....", ("jsonl", "zstd")),
        ("a.ndjson", b"{}", ("jsonl", "none")),
        ("a.parquet", b"PAR1....", ("parquet", "none")),
        ("a.xlsx", b"PK\x03\x04....", ("xlsx", "none")),
        ("a.b.xes.gz", GZIP, ("xes", "gzip")),
    ],
)
def test_the_suffix_says_it(tmp_path: Path, name: str, content: bytes, expected: tuple[str, str]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert format_of(path) == expected
    assert suffix_format(path) == expected


def test_declared_wins_over_an_unknown_suffix(tmp_path: Path) -> None:
    path = tmp_path / "export.dat"
    path.write_bytes(b"a,b\n")
    assert format_of(path, declared="csv") == ("csv", "none")


@pytest.mark.parametrize(
    ("name", "content", "declared", "expected"),
    [
        ("a.csv", b"", None, "the file is empty"),
        ("a.csv", GZIP, None, "those of a gzip archive. Add .gz"),
        ("a.csv", b"PK\x03\x04xxxx", None, "Name it .xlsx if it is an Excel workbook"),
        ("a.csv", b"PAR1xxxx", None, "those of a Parquet file"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, "without a password"),
        ("a.csv.gz", b"a,b\n1,2\n", None, "first bytes are those of text"),
        ("a.csv.zst", GZIP, None, "first bytes are those of a gzip archive"),
        ("a.parquet", b"a,b\n", None, "parquet by its name"),
        ("a.parquet.gz", GZIP, None, "packed parquet file"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, "old Excel file"),
        ("a.dat", b"a,b\n", None, "names no known format"),
        ("noending", b"a,b\n", None, "(none)"),
        ("a.csv", b"a,b\n", "excel", "unknown format 'excel'"),
        ("a.csv", b"a,b\n", "parquet", "parquet by its name"),
    ],
)
def test_content_of_another_kind(
    tmp_path: Path, name: str, content: bytes, declared: str | None, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        format_of(path, declared=declared, name="data/x")
    assert expected in str(caught.value)
    assert str(caught.value).startswith("data/x: ")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="can't be read"):
        format_of(tmp_path / "a.csv")
