"""What a file is, by its suffix, held against its first bytes."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Literal, get_args

from pipelines.errors import BadInput, Problem

Format = Literal["csv", "jsonl", "parquet", "xlsx", "xes"]
Compression = Literal["none", "gzip", "zstd"]

FORMATS: tuple[Format, ...] = get_args(Format)
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xes": "xes",
}
_PACKED: dict[str, Compression] = {".gz": "gzip", ".zst": "zstd"}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-zip"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"%PDF-", "pdf"),
)
_WORDS = {
    "gzip": "a gzip archive",
    "zstd": "a Zstandard archive",
    "zip": "a zip archive (an Excel workbook is one)",
    "parquet": "a Parquet file",
    "ole": "an old Excel file (.xls) or one with a password",
    "bzip2": "a bzip2 archive",
    "xz": "an xz archive",
    "7-zip": "a 7-zip archive",
    "sqlite": "a SQLite file",
    "pdf": "a PDF file",
    "text": "text",
    "": "something else",
}
_EXPECTED: dict[Format, str] = {"parquet": "parquet", "xlsx": "zip"}


def suffix_format(path: PurePath) -> tuple[Format | None, Compression]:
    """Return the format and the compression that the suffixes name, without opening the file."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    compression: Compression = "none"
    if suffixes and suffixes[-1] in _PACKED:
        compression = _PACKED[suffixes.pop()]
    return (_SUFFIXES.get(suffixes[-1]) if suffixes else None), compression


def format_of(path: Path, *, declared: str | None = None, name: str = "") -> tuple[Format, Compression]:
    """Return what the file is: its format and how it is packed.

    The suffix says it (`.gz` and `.zst` are looked through), or `declared` from process.yaml; the first bytes have
    to agree. `name` is how messages call the file (default: its path). Reads at most 16 bytes.

    Raises BadInput: a missing or empty file, an unknown suffix without `declared`, or content of another kind.
    """
    where = name or str(path)
    found, compression = suffix_format(path)
    if declared is not None:
        if declared not in FORMATS:
            raise BadInput(
                Problem(
                    f"unknown format {declared!r}; expected one of {', '.join(FORMATS)}.",
                    where=where,
                    todo="Correct format: in process.yaml.",
                )
            )
        found = declared
    if found is None:
        raise BadInput(
            Problem(
                f"the suffix {''.join(path.suffixes[-2:]) or '(none)'} names no known format.",
                where=where,
                todo=f"Write format: in process.yaml, one of {', '.join(FORMATS)}.",
            )
        )
    kind = _kind_of(first_bytes(path, name=where))
    if compression != "none":
        if found in _EXPECTED:
            raise BadInput(
                Problem(
                    f"a packed {found} file can't be read.",
                    where=where,
                    todo="Unpack it: the format is compressed inside.",
                )
            )
        if kind != compression:
            raise BadInput(_mislabelled(where, f"{_WORDS[compression]} by its suffix", kind))
        return found, compression
    expected = _EXPECTED.get(found, "text")
    if kind != expected:
        raise BadInput(_mislabelled(where, f"{found} by its name", kind))
    return found, compression


def first_bytes(path: Path, *, name: str = "") -> bytes:
    """Return up to 16 bytes from the start; BadInput where the file is empty, missing or not to be read."""
    where = name or str(path)
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise BadInput(
            Problem(
                f"the file can't be read: {error.strerror or error}.",
                where=where,
                todo="Check that it exists and that the job may read it.",
            )
        ) from error
    if not head:
        raise BadInput(empty_file(where))
    return head


def empty_file(where: str) -> Problem:
    """Return the problem of a file without content."""
    return Problem(
        "the file is empty.",
        where=where,
        todo="Check the export that wrote it; a file without rows still needs its header.",
    )


def _kind_of(head: bytes) -> str:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "text"


def _mislabelled(where: str, expected: str, kind: str) -> Problem:
    todo = {
        "gzip": "Add .gz to its name.",
        "zstd": "Add .zst to its name.",
        "zip": "Name it .xlsx if it is an Excel workbook, else unpack it.",
        "parquet": "Name it .parquet or write format: parquet.",
        "ole": "Save it from Excel as .xlsx, without a password.",
        "text": "Name it by what it is, or check the export that wrote it.",
    }.get(kind, "Unpack or export it again as csv, jsonl, parquet, xlsx or xes.")
    return Problem(f"the file is {expected}, but its first bytes are those of {_WORDS[kind]}.", where=where, todo=todo)
