"""Copies are the same byte for byte, whatever the kernel can do by itself; what fails is told."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from warehouse import copying
from warehouse.copying import copy_file

SIZES = (0, 1, 4095, copying._PIECE - 1, copying._PIECE, 2 * copying._PIECE + 17)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


@pytest.mark.parametrize("size", SIZES)
def test_every_byte_is_copied(source: Path, tmp_path: Path, size: int) -> None:
    source.write_bytes(os.urandom(size))
    copy_file(source, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("answers", [(), (copying._PIECE,)], ids=["at once", "after a piece"])
@pytest.mark.parametrize("ending", [errno.EXDEV, errno.EPERM, None], ids=["other device", "container", "nothing"])
def test_where_the_kernel_gives_up_the_rest_goes_through_memory(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: tuple[int, ...], ending: int | None
) -> None:
    source.write_bytes(os.urandom(copying._PIECE + 1000))
    left = list(answers)
    plain = getattr(os, "copy_file_range", None)

    def reluctant(*given: Any) -> int:
        if left and plain is not None:
            left.pop()
            return int(plain(*given))
        if ending is None:
            return 0
        raise OSError(ending, os.strerror(ending))

    monkeypatch.setattr(os, "copy_file_range", reluctant, raising=False)
    copy_file(source, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == source.read_bytes()


def test_a_full_disk_is_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    source.write_bytes(b"x" * 10_000)
    monkeypatch.setattr(copying, "_cloned", lambda *_: False)
    monkeypatch.setattr(os, "copy_file_range", full, raising=False)
    with pytest.raises(OSError, match="No space left"):
        copy_file(source, tmp_path / "target")


def test_a_copy_never_writes_over_another_file(source: Path, tmp_path: Path) -> None:
    source.write_bytes(b"new")
    (tmp_path / "target").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        copy_file(source, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"old"
