"""How somebody is found in texts that quote the data."""

from __future__ import annotations

import json

import duckdb
import pytest

from pipelines.quality.finding import shown
from warehouse.erasure import Erasure, quotes

NAME = 'Ann "Bo"  Lee'


def is_quoted(text: str, *names: str) -> bool:
    """Whether the condition that blanks a quoted text holds."""
    values = Erasure("desk", "resource", names or (NAME,)).values
    sql = f"SELECT coalesce({quotes('told')}, false) FROM (SELECT $given AS told)"
    bound = {name: values[name] for name in ("told", "cut", "kept_signs")}
    row = duckdb.execute(sql, {**bound, "given": text}).fetchone()
    assert row is not None
    return bool(row[0])


@pytest.mark.parametrize(
    "text",
    [
        NAME,
        shown(NAME),
        f"asked {NAME}, again",
        json.dumps({"agent": NAME}, ensure_ascii=False),
        'x,"Ann ""Bo""  Lee",y',
        shown("y" * 50 + f" {NAME}"),
        ("y" * 1_994 + f" {NAME}")[:2_000],
    ],
)
def test_a_name_is_found_however_it_is_quoted(text: str) -> None:
    assert is_quoted(text)


@pytest.mark.parametrize("text", ["Ann Lee", "Joann...", "AnnBo", "told by Ann", "y" * 1_999 + "A", "T3 of T30"])
def test_others_are_not_taken_for_them(text: str) -> None:
    assert not is_quoted(text)


def test_long_names_and_short_ones() -> None:
    long = "case " + "0123456789" * 90
    assert is_quoted(f"{long[:400]}...", long)
    assert is_quoted(long, long)
    assert not is_quoted("case 0123...4", "case 0x")
    assert is_quoted("'T3'", "T3")
    assert not is_quoted("T30", "T3")
    assert is_quoted("由王小明处理", "王小明")
