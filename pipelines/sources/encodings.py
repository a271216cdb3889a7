"""From bytes to text, as a stream, naming the exact place where the bytes are not text."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, get_args

from pipelines.errors import BadInput, Problem

Encoding = Literal["utf-8", "gb18030", "latin-1", "utf-16"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ALIASES: dict[str, Encoding] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
    "utf-16": "utf-16",
    "utf16": "utf-16",
}


def known_encoding(encoding: str, *, where: str = "") -> Encoding:
    """Return the house's name of an encoding; BadInput where it is not one of those that are read."""
    found = _ALIASES.get(encoding.strip().lower().replace("_", "-"))
    if found is None:
        raise BadInput(
            Problem(
                f"unknown encoding {encoding!r}; expected one of {', '.join(ENCODINGS)}.",
                where=where,
                todo="Correct encoding: in process.yaml.",
            )
        )
    return found


def byte_order_mark(head: bytes) -> Encoding | None:
    """Return the encoding that a byte order mark at the start announces, or None."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    return None


def guess_encoding(sample: bytes, *, is_whole: bool = False) -> tuple[Encoding, str]:
    """Return the likeliest encoding of a sample from the start of a text file, and why.

    By byte order mark; else UTF-8 where the sample is valid; else GB18030 where it is valid and most of what is not
    ASCII is common Chinese; else Latin-1, which reads any bytes. `is_whole`: the sample is not cut within a character.
    """
    mark = byte_order_mark(sample)
    if mark is not None:
        return mark, "a byte order mark says so"
    if _decodes(sample, "utf-8", is_whole=is_whole) is not None:
        return "utf-8", "the bytes are valid UTF-8"
    text = _decodes(sample, "gb18030", is_whole=is_whole)
    if text is not None:
        signs = Counter(sign for sign in text if ord(sign) > 0x7F)
        # Accented Latin letters read as GB18030 give rare characters: their second byte is a plain letter.
        common = sum(count for sign, count in signs.items() if _is_common_chinese(sign))
        if signs and common >= 0.8 * signs.total():
            return "gb18030", "the bytes are not UTF-8, and read as GB18030 they are Chinese"
    return "latin-1", "the bytes are neither UTF-8 nor GB18030 Chinese; Latin-1 reads any"


def _is_common_chinese(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _decodes(sample: bytes, encoding: str, *, is_whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample, final=is_whole)
    except UnicodeDecodeError:
        return None


def decode_text(chunks: Iterable[bytes], *, encoding: Encoding, where: str) -> Iterator[str]:
    """Yield the text of `chunks` without its byte order mark, in constant memory.

    A byte order mark wins over `encoding`. Raises BadInput at the first bytes that are not text, with the byte
    offset in the unpacked content (from 0), the line (from 1), and the encoding that the content looks like.
    """
    decoder: codecs.IncrementalDecoder | None = None
    actual: Encoding = encoding
    read, newlines = 0, 0
    held = b""
    for chunk in chunks:
        if decoder is None:
            # A mark may be cut by a short first chunk.
            held += chunk
            if len(held) < 4:
                continue
            chunk, held = held, b""  # noqa: PLW2901
            actual = byte_order_mark(chunk) or encoding
            decoder = _decoder(actual)
            _refuse_unmarked_utf16(chunk, actual, where)
        read += len(chunk)
        text = _decode(decoder, chunk, final=False, actual=actual, read=read, newlines=newlines, where=where)
        newlines += text.count("\n")
        if text:
            yield text
    if decoder is None:
        actual = byte_order_mark(held) or encoding
        decoder = _decoder(actual)
    read += len(held)
    text = _decode(decoder, held, final=True, actual=actual, read=read, newlines=newlines, where=where)
    if text:
        yield text


def _decoder(encoding: Encoding) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()


def _decode(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    *,
    final: bool,
    actual: Encoding,
    read: int,
    newlines: int,
    where: str,
) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeError as error:
        if not isinstance(error, UnicodeDecodeError):
            raise BadInput(Problem(f"the text is not {actual} ({error}).", where=where)) from error
        # The decoder's object is what it still held plus this chunk, so it ends where reading stands.
        source = bytes(error.object)
        offset = read - len(source) + error.start
        before = source[: error.start].decode(actual, errors="ignore")
        line = 1 + newlines + before.count("\n")
        shown = source[error.start : error.start + 4].hex(" ")
        raise BadInput(
            Problem(
                f"the text is not {actual}: bytes {shown} at byte {offset:,}, line {line:,}, {error.reason}.",
                where=where,
                todo=_advice(source, actual, final=final),
            )
        ) from error


def _advice(source: bytes, actual: Encoding, *, final: bool) -> str:
    guess, _ = guess_encoding(source, is_whole=final)
    if guess != actual:
        return f"It looks like {guess}: write encoding: {guess} if that is right."
    return "Check the export that wrote the file, or mend the bytes."


def _refuse_unmarked_utf16(head: bytes, actual: Encoding, where: str) -> None:
    if actual != "utf-16" and b"\0" in head[:4096]:
        raise BadInput(
            Problem(
                "the text holds zero bytes: it is binary, or UTF-16 without a byte order mark.",
                where=where,
                todo="Export it as UTF-8.",
            )
        )
    if actual == "utf-16" and byte_order_mark(head) != "utf-16":
        raise BadInput(
            Problem("UTF-16 text without a byte order mark.", where=where, todo="Export it as UTF-8, or with the mark.")
        )
