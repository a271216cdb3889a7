"""The key of a landed row: a hash of the fields of its declared key, or of all of them.

Declared keys are stored with the rows, and so are those of live sources, which are held against each answer. For other
rows the key is made when it is needed: by then only few rows are left to be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.store import Store


def row_key(numbers: Iterable[int], row: str = "") -> str:
    """The key over the columns of these numbers, as an expression; `row` stands before each, as "r.".

    Length-prefixed fields can't run into each other, and a missing one leaves no trace: a column added later doesn't
    change the keys of older rows.
    """
    fields = (
        f"'|{n}=' || strlen(CAST({row}c{n} AS VARCHAR)) || ':' || CAST({row}c{n} AS VARCHAR)" for n in sorted(numbers)
    )
    return f"md5_number(concat({', '.join(fields)}))"


def key_of_rows(store: Store, number: int, row: str = "r.") -> str:
    """The key of a row of source `number` as an expression: the stored one, else that of all its fields."""
    return f"coalesce({row}row_key, {row_key(_columns(store, number), row)})"


def hash_of_rows(store: Store, number: int, row: str = "r.") -> str:
    """A quick hash of a row's fields as an expression: equal where their keys are, and good for one query only."""
    return f"hash({', '.join(f'{row}c{column}' for column in _columns(store, number)) or '0'})"


def _columns(store: Store, number: int) -> list[int]:
    rows = store.fetch_sql(
        "landing/numbers_of_columns",
        "SELECT column_no FROM landing.main.landing_columns WHERE source_no = $number ORDER BY column_no",
        number=number,
    )
    return [int(row[0]) for row in rows]
