"""Shares of cases added up: what several nights added to a sum, and took away from it, becomes one row."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Sum:
    """A table of shares: what it counts by, its sums with types (the first is 0 where nothing is left), its order.

    `is_small`: added up each night. The others are added up when they are read, and here only once a quarter of their
    rows takes away what others added.
    """

    table: str
    keys: tuple[str, ...]
    sums: tuple[tuple[str, str], ...] = (("n", "BIGINT"),)
    order: tuple[str, ...] = ()
    is_small: bool = False


_PLACE = ("period_no", "segment_no", "kind", "place_a", "place_b", "measure")
_PLACE_ORDER = ("kind", "measure", "segment_no", "place_a", "place_b", "period_no")

SUMS = (
    Sum(
        "place_tallies",
        ("tally", *_PLACE),
        (("n", "BIGINT"), ("total_us", "HUGEINT")),
        order=("tally", *_PLACE_ORDER),
        is_small=True,
    ),
    Sum("element_cases", ("standard_version", "element_id"), is_small=True),
    Sum("element_counts", ("standard_version", "element_id", "sojourn_us")),
    Sum("case_counts", ("state", "period_no", "standard_version", "is_conformant", "cycle_us")),
    Sum("limit_counts", ("limit_no", "outcome", "used_us")),
    Sum(
        "duration_counts",
        (*_PLACE, "seconds"),
        (("n", "BIGINT"), ("total_us", "HUGEINT"), ("reference_n", "BIGINT"), ("reference_us", "HUGEINT")),
        order=(*_PLACE_ORDER, "seconds"),
    ),
)


def add_up(store: Store) -> None:
    """Add up the shares in all sums over cases; what nothing is left of goes. Cost: a grouping of the sums."""
    store.run("hotspots", "merge_findings")
    for each in SUMS:
        if each.is_small or _takes_away_much(store, each.table):
            _add_up(store, each)


def _add_up(store: Store, each: Sum) -> None:
    keys, (least, _) = ", ".join(each.keys), each.sums[0]
    sums = ", ".join(f"sum({name})::{kind} AS {name}" for name, kind in each.sums)
    store.connection.execute(
        f"""
        CREATE OR REPLACE TABLE {each.table} AS
        SELECT {keys}, {sums} FROM {each.table} GROUP BY {keys} HAVING sum({least}) <> 0
        ORDER BY {", ".join(each.order) or keys}
        """
    )


def _takes_away_much(store: Store, table: str) -> bool:
    """Whether a quarter of the counts take away what others added."""
    rows, taken = store.fetch_sql(f"hotspots/taken_{table}", f"SELECT count(*), count(*) FILTER (n < 0) FROM {table}")[
        0
    ]
    return bool(taken * 4 > rows)
