from __future__ import annotations

import collections
import gzip
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from pipelines.errors import BadInput
from pipelines.sources.decompression import StagingLimits, read_plain
from pipelines.sources.formats import Compression

LIMITS = StagingLimits()
TEXT = b"".join(b"%d,some text\n" % number for number in range(50_000))


def whole(path: Path, compression: Compression, limits: StagingLimits = LIMITS) -> bytes:
    return b"".join(read_plain(path, compression=compression, limits=limits, name="data/x"))


@pytest.fixture
def packed(tmp_path: Path) -> dict[Compression, Path]:
    paths: dict[Compression, Path] = {}
    for compression, content in (
        ("none", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("zstd", zstandard.ZstdCompressor(write_checksum=True).compress(TEXT)),
    ):
        path = tmp_path / compression
        path.write_bytes(content)
        paths[compression] = path  # type: ignore[index]
    return paths


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_what_was_packed_comes_out(packed: dict[Compression, Path], compression: Compression) -> None:
    assert whole(packed[compression], compression) == TEXT


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_several_members_are_one_content(packed: dict[Compression, Path], compression: Compression) -> None:
    packed[compression].write_bytes(packed[compression].read_bytes() * 3)
    assert whole(packed[compression], compression) == TEXT * 3


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("keep", [0.3, 0.9, -1])
def test_a_cut_archive_is_never_a_short_file(
    packed: dict[Compression, Path], compression: Compression, keep: float
) -> None:
    content = packed[compression].read_bytes()
    packed[compression].write_bytes(content[: int(len(content) * keep) if keep > 0 else -1])
    with pytest.raises(BadInput, match=r"data/x: the archive (ends too early|is damaged)"):
        whole(packed[compression], compression)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_damaged_archive(packed: dict[Compression, Path], compression: Compression) -> None:
    content = bytearray(packed[compression].read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8] = b"\xff" * 8
    packed[compression].write_bytes(bytes(content))
    with pytest.raises(BadInput, match="the archive"):
        whole(packed[compression], compression)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_rubbish_after_the_archive(packed: dict[Compression, Path], compression: Compression) -> None:
    packed[compression].write_bytes(packed[compression].read_bytes() + b"rubbish at the end")
    with pytest.raises(BadInput, match="the archive"):
        whole(packed[compression], compression)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_an_archive_of_nothing_is_empty(tmp_path: Path, compression: Compression) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(b"", mtime=0) if compression == "gzip" else zstandard.compress(b""))
    with pytest.raises(BadInput, match="the file is empty"):
        whole(path, compression)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_the_limit_on_size(packed: dict[Compression, Path], compression: Compression) -> None:
    with pytest.raises(BadInput, match="larger than the limit of 100,000 bytes"):
        whole(packed[compression], compression, StagingLimits(max_bytes=100_000))


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_bomb_stops_at_the_ratio_in_little_memory(tmp_path: Path, compression: Compression) -> None:
    zeros = b"\0" * (1 << 20)
    path = tmp_path / "bomb"
    if compression == "gzip":
        with gzip.open(path, "wb") as file:
            for _ in range(200):
                file.write(zeros)
    else:
        with path.open("wb") as raw, zstandard.ZstdCompressor().stream_writer(raw) as writer:
            for _ in range(200):
                writer.write(zeros)
    tracemalloc.start()
    chunks = read_plain(path, compression=compression, limits=LIMITS, name="data/x")
    with pytest.raises(BadInput, match="unpacks to more than 400 times its size"):
        collections.deque(chunks, maxlen=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300 << 20


def test_a_plain_file_has_no_limit(packed: dict[Compression, Path]) -> None:
    assert whole(packed["none"], "none", StagingLimits(max_bytes=10)) == TEXT
