"""Hashes of earlier nights: taken where nothing can have changed, and nowhere else."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from pipelines.sources import hashing, known_hashes
from pipelines.sources.hashing import content_hash
from pipelines.sources.known_hashes import KnownHashes


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(known_hashes, "_SETTLED_NS", 0)
    path = tmp_path / "log.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    time.sleep(0.01)  # past the tick of the file system's clock
    return path


def hashes_of(*paths: Path) -> tuple[str, ...]:
    known = KnownHashes(paths[0].parent / "hashes.json")
    found = tuple(known.hash_of(path)[1] for path in paths)
    known.keep()
    return found


def count_readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []

    def counted(path: Path) -> str:
        read.append(path)
        return content_hash(path)

    monkeypatch.setattr(hashing, "content_hash", counted)
    return read


def test_a_file_that_stands_is_not_read_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = count_readings(monkeypatch)
    assert hashes_of(source) == hashes_of(source) == (content_hash(source),)
    assert read == [source]


def same_size(path: Path) -> None:
    path.write_text("a,b\n1,3\n", encoding="utf-8")


def same_size_and_time(path: Path) -> None:
    before = path.stat()
    path.write_text("a,b\n1,3\n", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def another_moved_over_it(path: Path) -> None:
    other = path.with_name("other")
    shutil.copy2(path, other)
    same_size_and_time(other)
    other.replace(path)


@pytest.mark.parametrize("change", [same_size, same_size_and_time, another_moved_over_it])
def test_a_changed_file_is_read_again(source: Path, change: Callable[[Path], None]) -> None:
    (before,) = hashes_of(source)
    change(source)
    (after,) = hashes_of(source)
    assert before != after == content_hash(source)


def test_what_was_just_written_is_read_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_hashes, "_SETTLED_NS", 3_600_000_000_000)
    read = count_readings(monkeypatch)
    hashes_of(source)
    hashes_of(source)
    assert read == [source, source]


def test_what_changes_while_it_is_read_is_read_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def growing(path: Path) -> str:
        found = content_hash(path)
        with path.open("a", encoding="utf-8") as file:
            file.write("3,4\n")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(hashing, "content_hash", growing)
        (before,) = hashes_of(source)
    assert hashes_of(source) == (content_hash(source),) != (before,)


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{",
        '{"layout": 0, "files": {}}',
        '{"layout": 1, "files": []}',
        '{"layout": 1, "files": {"LOG": [[1, 2], "x"]}}',
        '{"layout": 1, "files": {"LOG": "x"}}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_of_hashes_costs_a_reading_and_no_more(source: Path, damage: str | bytes) -> None:
    hashes = source.parent / "hashes.json"
    text = damage if isinstance(damage, bytes) else damage.replace("LOG", str(source)).encode()
    hashes.write_bytes(text)
    assert hashes_of(source) == (content_hash(source),)
    assert str(source) in json.loads(hashes.read_text(encoding="utf-8"))["files"]


def test_only_files_that_stand_are_remembered(source: Path) -> None:
    gone = source.with_name("gone.csv")
    gone.write_text("x", encoding="utf-8")
    time.sleep(0.01)
    hashes_of(source, gone)
    other = source.with_name("other.csv")
    other.write_text("y", encoding="utf-8")
    gone.unlink()
    time.sleep(0.01)
    hashes_of(other)
    kept = json.loads((source.parent / "hashes.json").read_text(encoding="utf-8"))["files"]
    assert sorted(kept) == [str(source), str(other)]


def test_a_missing_file_is_bad_input(source: Path) -> None:
    hashes_of(source)
    source.unlink()
    with pytest.raises(BadInput, match="can't be read"):
        hashes_of(source)


def test_where_nothing_can_be_written_nothing_is_said(source: Path) -> None:
    known = KnownHashes(source.parent / "none" / "hashes.json")
    known.hash_of(source)
    known.keep()
    assert not (source.parent / "none").exists()
