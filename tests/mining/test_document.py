"""Reading XML of unknown origin."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from mining.document import read_document
from mining.errors import MiningError

TEXT = '<?xml version="1.0" encoding="{}"?><a>审批 完成</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "utf-16", "GB2312", "big5"])
def test_any_declared_encoding_is_read(encoding: str) -> None:
    text = TEXT.replace("审批", "申" if encoding == "big5" else "审批").replace("完成", "完成")
    root = read_document(text.format(encoding).encode(encoding), source="f", kind="XML")
    assert root.text is not None
    assert root.text.endswith("完成")


def test_latin_letters_in_latin_1() -> None:
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?><a>klären</a>'.encode("latin-1")
    assert read_document(xml, source="f", kind="XML").text == "klären"


def test_a_byte_order_mark_is_accepted() -> None:
    assert read_document(codecs.BOM_UTF8 + TEXT.format("UTF-8").encode(), source="f", kind="XML").text == "审批 完成"


@pytest.mark.parametrize(
    ("declared", "real"), [("utf-8", "gb18030"), ("utf-8", "latin-1"), ("ISO-8859-1", "utf-8"), ("utf-16", "utf-8")]
)
def test_a_lying_declaration_is_told(declared: str, real: str) -> None:
    text = TEXT.format(declared) if real != "latin-1" else f'<?xml version="1.0" encoding="{declared}"?><a>klären</a>'
    with pytest.raises(MiningError, match="encoding") as caught:
        read_document(text.encode(real), source="f", kind="XML")
    assert len(caught.value.problems) == 1


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">{}]><a>&z;</a>'.format(
    "".join(f'<!ENTITY {chr(c)} "{f"&{chr(c - 1)};" * 10}">' for c in range(ord("c"), ord("z") + 1))
)


@pytest.mark.parametrize("use", ["<a>&z;</a>", '<a x="&z;"/>'])
def test_an_entity_bomb_does_no_harm(use: str) -> None:
    with pytest.raises(MiningError):
        read_document(BOMB.replace("<a>&z;</a>", use).encode(), source="f", kind="XML")


def test_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    xml = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'
    with pytest.raises(MiningError) as caught:
        read_document(xml.encode(), source="f", kind="XML")
    assert "hidden" not in str(caught.value)


def test_an_unknown_encoding_is_told() -> None:
    with pytest.raises(MiningError):
        read_document(b'<?xml version="1.0" encoding="klingon"?><a>\xe4</a>', source="f", kind="XML")
