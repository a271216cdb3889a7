"""The key of a landed row, where its source declares none: a hash of its fields."""

from __future__ import annotations

from collections.abc import Iterable


def row_key(numbers: Iterable[int], row: str = "") -> str:
    """The key over the columns of these numbers, as an expression; `row` stands before each, as "r.".

    Length-prefixed fields can't run into each other, and a missing one leaves no trace: a column added later doesn't
    change the keys of older rows.
    """
    fields = (
        f"'|{n}=' || strlen(CAST({row}c{n} AS VARCHAR)) || ':' || CAST({row}c{n} AS VARCHAR)" for n in sorted(numbers)
    )
    return f"md5_number(concat({', '.join(fields)}))"
