"""The key of a landed row, where its source declares none: a hash of its fields."""

from __future__ import annotations

from collections.abc import Iterable


def row_key(numbers: Iterable[int]) -> str:
    """The key over the columns of these numbers, as an expression.

    Length-prefixed fields can't run into each other, and a missing one leaves no trace: a column added later doesn't
    change the keys of older rows.
    """
    fields = (f"'|{n}=' || strlen(CAST(c{n} AS VARCHAR)) || ':' || CAST(c{n} AS VARCHAR)" for n in sorted(numbers))
    return f"md5_number(concat({', '.join(fields)}))"
