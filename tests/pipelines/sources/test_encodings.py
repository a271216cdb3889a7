from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadInput
from pipelines.sources.encodings import Encoding, decode_text, guess_encoding, known_encoding

CHINESE = "案例编号,活动\n一,登记工单\n二,办结，归档\n"


def decoded(content: bytes, encoding: Encoding, size: int = 7) -> str:
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    return "".join(decode_text(chunks, encoding=encoding, where="data/x"))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "gb18030"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-8"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-8"),
    ],
)
def test_text_comes_whole_whatever_the_chunks(content: bytes, encoding: Encoding, size: int) -> None:
    assert decoded(content, encoding, size) == CHINESE


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\ufeff\0")), st.integers(1, 9))
def test_any_text_survives_in_gb18030_and_utf_8(text: str, size: int) -> None:
    for encoding in ("utf-8", "gb18030"):
        content = text.encode(encoding)
        if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            continue
        assert decoded(content, encoding, size) == text  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 4, 100_000])
def test_the_place_of_wrong_bytes(size: int) -> None:
    content = "a,b\n1,é\n2,x\n".encode() + b"3,\xff\n"
    with pytest.raises(BadInput, match=r"data/x: the text is not utf-8: bytes ff.* at byte 15, line 4,"):
        decoded(content, "utf-8", size)


def test_wrong_bytes_after_a_mark_are_counted_from_the_start() -> None:
    with pytest.raises(BadInput, match="at byte 5, line 2,"):
        decoded(b"\xef\xbb\xbfa\n\xff\n", "utf-8", 1000)


def test_the_error_names_what_it_looks_like() -> None:
    with pytest.raises(BadInput, match="It looks like gb18030"):
        decoded(CHINESE.encode("gb18030"), "utf-8", 1000)


def test_a_character_cut_by_the_end() -> None:
    with pytest.raises(BadInput, match="line 1"):
        decoded("abc案".encode()[:-1], "utf-8", 2)


def test_zero_bytes_are_named() -> None:
    with pytest.raises(BadInput, match="UTF-16 without a byte order mark"):
        decoded("a,b\n1,2\n".encode("utf-16-le"), "utf-8", 1000)
    with pytest.raises(BadInput, match="UTF-16 text without"):
        decoded("a,b\n1,2\n".encode("utf-16-le"), "utf-16", 1000)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"plain", "utf-8"),
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode()[:-1][:10], "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16"),
        ("Müller,Straße,Größe,Änderung\n".encode("latin-1"), "latin-1"),
    ],
)
def test_guessing(content: bytes, expected: str) -> None:
    assert guess_encoding(content)[0] == expected


def test_names_of_encodings() -> None:
    assert known_encoding("GBK") == "gb18030"
    assert known_encoding("UTF_8") == "utf-8"
    with pytest.raises(BadInput, match="unknown encoding 'klingon'"):
        known_encoding("klingon")
