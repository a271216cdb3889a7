"""Rows that stand behind another row of the same key."""

from __future__ import annotations

from warehouse.landing.keys import hash_of_rows, key_of_rows
from warehouse.specification import SourceSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def current_rows(number: int) -> str:
    """The rows of a source's current loads with their stored keys, as a relation."""
    return f"SELECT r.load_id, r.row_number, r.row_key {_CURRENT.format(number)}"


_CURRENT = """
    FROM landing.main.rows_{0} AS r
    JOIN landing.main.landing_loads AS l ON l.load_id = r.load_id AND l.is_current
"""


def crosses_cases(source: SourceSpec) -> bool:
    """Whether rows of one key can belong to different cases: only under a declared key that leaves the case out."""
    return bool(source.key) and source.case not in source.key


def find_all_duplicates(store: Store, source: SourceSpec, number: int) -> None:
    """Do as `find_duplicates` among all rows of the current loads.

    Where no key is declared, rows whose quick hash comes once are passed by: a key is made only of the others.
    """
    if source.key:
        find_duplicates(store, source, number, among=current_rows(number))
        return
    if source.keep_duplicates:
        loads = store.fetch_sql(
            "log/count_loads",
            "SELECT count(*) FROM landing.main.landing_loads WHERE source_no = $number AND is_current",
            number=number,
        )[0][0]
        if source.delivery != "increment" or loads < 2:
            return
    among = keys_that_may_repeat(store, source, number, _CURRENT.format(number))
    find_duplicates(store, source, number, among=among)


def keys_that_may_repeat(store: Store, source: SourceSpec, number: int, rows: str) -> str:
    """A query (load_id, row_number, row_key) for those of the rows `r` of a FROM clause whose key another may have.

    Under a declared key all of them. Cost: where none is declared, a grouping of a quick hash, and a key of those rows
    that it has twice.
    """
    keys = f"SELECT r.load_id, r.row_number, {key_of_rows(store, number)} AS row_key {rows}"
    if source.key:
        return keys
    quick = hash_of_rows(store, number)
    repeating = f"SELECT {quick} AS quick {rows} GROUP BY quick HAVING count(*) > 1"
    return f"{keys} SEMI JOIN ({repeating}) AS q ON q.quick = {quick}"


def find_duplicates(store: Store, source: SourceSpec, number: int, *, among: str) -> None:
    """Add the rows of the relation `among` that stand behind another one of it to `temp.duplicate_rows`.

    With a declared key the latest load's row stands (a correction); without one the first row stands. A source
    that keeps duplicates has them only across loads of an increment: the n-th copy in one load is the n-th copy
    in another. Cost: a grouping of the keys.
    """
    order = "load_id DESC, row_number DESC" if source.key else "load_id, row_number"
    if source.keep_duplicates and not source.key:
        if source.delivery != "increment":
            return
        ranked = f"""
            SELECT *, row_number() OVER (PARTITION BY row_key, load_id ORDER BY row_number) AS ordinal FROM ({among})
        """
        partition = "row_key, ordinal"
    else:
        ranked = among
        partition = "row_key"
    qualified = ", ".join(f"c.{name}" for name in partition.split(", "))
    store.run_step(
        composed_step(
            "log/duplicate_rows",
            f"""
            INSERT INTO temp.duplicate_rows
            WITH repeated AS (
                SELECT {partition} FROM ({ranked}) GROUP BY {partition} HAVING count(*) > 1
            )
            SELECT {number}, load_id, row_number
            FROM (
                SELECT c.load_id, c.row_number,
                    row_number() OVER (PARTITION BY {qualified} ORDER BY {order}) AS copy
                FROM ({ranked}) AS c SEMI JOIN repeated USING ({partition})
            )
            WHERE copy > 1
            """,
        )
    )
