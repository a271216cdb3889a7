"""XML of unknown origin, read without harm: no document type, no entities, no network, one clear error."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from mining.errors import MiningError, Problem

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
_SINGLE_BYTE = {"iso8859-1", "iso8859-15", "cp1252", "ascii", "latin-1"}
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def spaced(text: str | None) -> str:
    """`text` with every run of white space as one blank and none at the ends."""
    return " ".join((text or "").split())


def local_name(element: etree._Element) -> str:
    """Tag of an element without its namespace."""
    return str(etree.QName(element).localname)


def read_document(xml: bytes, *, source: str, kind: str) -> etree._Element:
    """Root element of an XML file.

    `source` names the file in errors and `kind` what was hoped for ("BPMN 2.0", "PNML"). Raises MiningError
    where the file is empty, truncated, not XML, not in the encoding that it declares, or carries a document
    type declaration (entities are never expanded and nothing is fetched).
    """
    if not xml.strip():
        raise _refused(source, f"the file is empty; {kind} was expected.", "Export the flow again.")
    declared = _declared_encoding(xml)
    _check_declared(xml, declared, source=source)
    try:
        root = etree.fromstring(_in_known_encoding(xml, declared), parser=_parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        where = f"{source}, line {line}" if line else source
        raise _refused(
            where,
            f"this is not a whole, well-formed XML file: {_reason(error)}.",
            f"Export the flow again as {kind}, in UTF-8.",
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(
            source,
            f"the file has a document type declaration (<!DOCTYPE ...>), which {kind} does not need.",
            "Remove it, and any entity that it declares.",
        )
    return root


def _refused(where: str, what: str, todo: str) -> MiningError:
    return MiningError(Problem(where=where, what=what, todo=todo))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _declared_encoding(xml: bytes) -> str | None:
    found = _DECLARATION.match(xml.removeprefix(codecs.BOM_UTF8)[:400])
    if found is None:
        return None
    name = found.group(1).decode("ascii")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name.lower()


def _check_declared(xml: bytes, declared: str | None, *, source: str) -> None:
    """Refuse a file whose bytes contradict the encoding that it declares."""
    if declared is None or xml.startswith(_BYTE_ORDER_MARKS[1:]):
        return
    body = xml.removeprefix(codecs.BOM_UTF8)
    if body.isascii() and not declared.startswith(("utf-16", "utf-32")):
        return
    lies = False
    if declared in _SINGLE_BYTE or declared.startswith(("utf-16", "utf-32")) or body is not xml:
        # A declaration that can be read byte by byte is no UTF-16; and text of a single-byte encoding is
        # practically never valid UTF-8 unless it is UTF-8.
        lies = declared != "utf-8" and _decodes(body, "utf-8")
    elif declared == "utf-8":
        lies = not _decodes(body, "utf-8")
    if lies:
        where, truth = source, "are UTF-8"
        if declared == "utf-8":
            where, truth = f"{source}, line {_first_bad_line(body)}", "are not"
        raise _refused(
            where,
            f"the file declares the encoding {declared} but its bytes {truth}.",
            "Save it in UTF-8 with encoding UTF-8 in its first line.",
        )


def _in_known_encoding(xml: bytes, declared: str | None) -> bytes:
    """The bytes, turned to UTF-8 where the XML library may lack the declared encoding but Python has it."""
    if declared is None or declared in {"utf-8", "ascii", "iso8859-1"} or xml.startswith(_BYTE_ORDER_MARKS):
        return xml
    if declared.startswith(("utf-16", "utf-32")) and _decodes(xml[:64], "ascii"):
        return xml
    text = xml.decode(declared)
    end = text.find("?>")
    return text[end + 2 :].encode("utf-8")


def _decodes(xml: bytes, encoding: str) -> bool:
    try:
        xml.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _first_bad_line(xml: bytes) -> int:
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError as error:
        return xml.count(b"\n", 0, error.start) + 1
    return 1


def _reason(error: Exception) -> str:
    first = str(error).split("\n", maxsplit=1)[0]
    return spaced(re.sub(r",? line \d+, column \d+.*$", "", first)) or "unreadable"
