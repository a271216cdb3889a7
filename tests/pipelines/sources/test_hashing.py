from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from pipelines.sources.hashing import content_hash


def test_the_hash_is_that_of_the_bytes_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    content = bytes(range(256)) * 5000
    path.write_bytes(content)
    assert content_hash(path) == hashlib.sha256(content).hexdigest()


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="can't be read"):
        content_hash(tmp_path / "none.csv")
