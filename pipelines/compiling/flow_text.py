"""The text of a drawing for the store, whatever encoding its file is in."""

from __future__ import annotations

from lxml import etree

from mining.document import read_document
from mining.errors import MiningError


def flow_text(xml: bytes) -> str:
    """The file as text that is read again as UTF-8.

    A file in UTF-8 stays as it is, any other is written anew without its declaration. One that can't be read at all
    is kept as far as it can be told.
    """
    try:
        text = xml.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    head = text[:400].partition("?>")[0].lower()
    if text and ("encoding" not in head or "utf-8" in head or "utf8" in head):
        return text
    try:
        return etree.tostring(read_document(xml, source="flow", kind="XML"), encoding="unicode")
    except MiningError:
        return xml.decode("utf-8", errors="replace")
