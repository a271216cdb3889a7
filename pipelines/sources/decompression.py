"""Unpacking as a stream, with limits: an archive from outside is not to be trusted."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import zstandard

from pipelines.errors import BadInput, Problem
from pipelines.sources.formats import Compression, empty_file

CHUNK_BYTES = 1 << 20
# One Zstandard block of four bytes can stand for 128 KiB, so little is fed at a time: at most 128 MiB comes out.
_ZSTD_FEED_BYTES = 1 << 12
_ZSTD_WINDOW_BYTES = 1 << 27


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingLimits:
    """How much a source file may unfold to.

    `max_bytes`: unpacked size of one file. `max_ratio`: unpacked over packed size, looked at once more than
    `ratio_from_bytes` have come out (small files are harmless and compress oddly). `max_cells`: rows times columns
    of an Excel sheet, empty cells between included.
    """

    max_bytes: int = 64 << 30
    max_ratio: float = 400.0
    ratio_from_bytes: int = 128 << 20
    max_cells: int = 100_000_000


@dataclass(slots=True)
class UnpackedCount:
    """Counts what came out of one packed file and stops it at the limits."""

    where: str
    packed_bytes: int
    limits: StagingLimits
    unpacked_bytes: int = 0

    def add(self, count: int) -> None:
        """Count `count` more bytes; BadInput where a limit is passed."""
        self.unpacked_bytes += count
        if self.unpacked_bytes > self.limits.max_bytes:
            raise BadInput(
                Problem(
                    f"unpacked, the file is larger than the limit of {self.limits.max_bytes:,} bytes.",
                    where=self.where,
                    todo="Split the export, or raise the limit if the size is right.",
                )
            )
        ratio = self.unpacked_bytes / max(1, self.packed_bytes)
        if self.unpacked_bytes > self.limits.ratio_from_bytes and ratio > self.limits.max_ratio:
            raise BadInput(
                Problem(
                    f"the file unpacks to more than {self.limits.max_ratio:g} times its size "
                    f"({self.packed_bytes:,} bytes so far gave {self.unpacked_bytes:,}); a log does not.",
                    where=self.where,
                    todo="Check where the file comes from; unpack it by hand if it is right.",
                )
            )


def read_plain(path: Path, *, compression: Compression, limits: StagingLimits, name: str = "") -> Iterator[bytes]:
    """Yield the unpacked content in chunks, none of them empty, in constant memory.

    Raises BadInput while iterating: an archive that ends early or is damaged, content beyond the limits, no content.
    An OSError of the disk or the share comes through as it is: it may be gone at the next try.
    """
    where = name or str(path)
    count = UnpackedCount(where=where, packed_bytes=path.stat().st_size, limits=limits)
    some = False
    for chunk in _chunks(path, compression, where):
        if compression != "none":
            count.add(len(chunk))
        some = True
        yield chunk
    if not some:
        raise BadInput(empty_file(where))


def _chunks(path: Path, compression: Compression, where: str) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            if compression == "gzip":
                yield from _gzip_chunks(file)
            elif compression == "zstd":
                yield from _zstd_chunks(file)
            else:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
    except EOFError as error:
        raise BadInput(
            Problem(
                "the archive ends too early: it was cut off.",
                where=where,
                todo="Copy or export the file again; nothing of it was taken in.",
            )
        ) from error
    except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise BadInput(
            Problem(
                f"the archive is damaged ({error}).",
                where=where,
                todo="Copy or export the file again; nothing of it was taken in.",
            )
        ) from error


def _gzip_chunks(file: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file, mode="rb") as plain:
        while chunk := plain.read(CHUNK_BYTES):
            yield chunk


def _zstd_chunks(file: BinaryIO) -> Iterator[bytes]:
    # zstandard's stream_reader takes a cut file for a whole one; the decompression object knows its end.
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    frame = decompressor.decompressobj()
    fed = False
    while packed := file.read(_ZSTD_FEED_BYTES):
        while packed:
            if frame.eof:
                frame = decompressor.decompressobj()
            fed = True
            plain = frame.decompress(packed)
            packed = frame.unused_data if frame.eof else b""
            for start in range(0, len(plain), CHUNK_BYTES):
                yield plain[start : start + CHUNK_BYTES]
    if fed and not frame.eof:
        raise EOFError
