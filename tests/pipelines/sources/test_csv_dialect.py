from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadInput
from pipelines.sources.csv_dialect import Dialect, read_records, sniff_dialect, unique_names


def dialect_of(tmp_path: Path, content: bytes, **options: str) -> Dialect:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    return sniff_dialect(path, name="data/x.csv", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        (["Variant", "index", "Variant"], ["Variant", "index", "Variant_2"]),
        (["Variant", "Variant", "Variant_2"], ["Variant", "Variant_3", "Variant_2"]),
        (["Variant", "VARIANT", "variant"], ["Variant", "VARIANT_2", "variant_3"]),
        (["a", "", " "], ["a", "column_2", "column_3"]),
        (["", "column_1"], ["column_1", "column_1_2"]),
        ([" two\n lines ", "\ufeffmark"], ["two lines", "mark"]),
        ([], []),
    ],
)
def test_the_rule_of_unique_names(header: list[str], expected: list[str]) -> None:
    assert list(unique_names(header)) == expected


@given(st.lists(st.sampled_from(["a", "A", "a_2", "A_3", "", "column_2", "b", "ß", "SS", "İ"]), max_size=30))
def test_names_are_unique_whatever_the_header(header: list[str]) -> None:
    names = unique_names(header)
    assert len(names) == len(header)
    assert len({name.casefold() for name in names}) == len(header)
    assert len({name.lower() for name in names}) == len(header)
    seen: set[str] = set()
    for cell, name in zip(header, names, strict=True):
        if cell and cell.casefold() not in seen:
            # The first of equal names keeps it, unless an empty cell before took the name of its place.
            assert name == cell or cell.startswith("column_")
        seen.add(cell.casefold())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["case", "what", "when"], ["1", "a, b; c", "2026-01-01 10:00"], ["2", 'say "x|y"', "2026-01-02 10:00"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    found = dialect_of(tmp_path, text.getvalue().encode())
    assert found.delimiter == delimiter
    assert found.columns == ("case", "what", "when")


def test_commas_in_decimal_numbers_do_not_win(tmp_path: Path) -> None:
    content = "case;amount;fee\n" + "".join(f"{n};1,{n};2,{n}\n" for n in range(50))
    assert dialect_of(tmp_path, content.encode()).delimiter == ";"


def test_quoted_header_cells_with_breaks_quotes_and_delimiters(tmp_path: Path) -> None:
    found = dialect_of(tmp_path, b'"case, id","two\r\nlines","say ""x"""\r\n1,2,3\r\n')
    assert found.header == ("case, id", "two\r\nlines", 'say "x"')
    assert found.columns == ("case, id", "two lines", 'say "x"')


def test_blank_lines_and_the_line_that_excel_writes_are_skipped(tmp_path: Path) -> None:
    found = dialect_of(tmp_path, b"sep=;\r\n\r\na;b,c\r\n1;2\r\n")
    assert (found.delimiter, found.skip_lines, found.columns) == (";", 2, ("a", "b,c"))


def test_a_single_column(tmp_path: Path) -> None:
    assert dialect_of(tmp_path, b"only\n1\n2\n").columns == ("only",)


def test_encodings(tmp_path: Path) -> None:
    text = "案例编号,活动名称\n一,登记\n"
    assert dialect_of(tmp_path, text.encode("gb18030")).encoding == "gb18030"
    assert dialect_of(tmp_path, text.encode("gb18030")).columns == ("案例编号", "活动名称")
    assert dialect_of(tmp_path, text.encode("utf-8-sig")).columns == ("案例编号", "活动名称")
    assert dialect_of(tmp_path, text.encode("utf-16")).encoding == "utf-16"
    with pytest.raises(BadInput, match="not utf-8"):
        dialect_of(tmp_path, text.encode("gb18030"), encoding="utf-8")


def test_looking_through_gzip(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n1;2\n", mtime=0))
    assert sniff_dialect(path).columns == ("a", "b")


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        (b"", {}, "the file is empty"),
        (b"\n  \n", {}, "the file is empty"),
        (b"\xef\xbb\xbf", {}, "the file is empty"),
        (b"sep=;\n", {}, "no header"),
        (b",,\n1,2,3\n", {}, "no header"),
        (b'a,"b\n1,2\n', {}, "a quote that is never closed"),
        (b"a,b\n", {"delimiter": "::"}, "the delimiter '::' is not one character"),
        (b"a,b\n", {"quote": ""}, "the quote '' is not one character"),
    ],
)
def test_headers_that_can_not_be_read(tmp_path: Path, content: bytes, options: dict[str, str], expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        dialect_of(tmp_path, content, **options)
    assert expected in str(caught.value)


@given(
    st.lists(
        st.lists(st.text(st.sampled_from('ab,;"\n\r 案'), max_size=5), min_size=2, max_size=2), min_size=1, max_size=8
    ),
    st.integers(1, 6),
)
def test_records_are_those_of_the_csv_module_whatever_the_pieces(rows: list[list[str]], size: int) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["x", "y"], *rows])
    whole = text.getvalue()
    dialect = Dialect(delimiter=",", quote='"', encoding="utf-8", header=("x", "y"), columns=("x", "y"))
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert list(read_records(pieces, dialect=dialect, where="x")) == rows
