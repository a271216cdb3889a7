"""From duration counts to ranked hotspots."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mining.errors import MiningError, Problem
from mining.hotspots.counts import GroupedCounts, GroupFigures, cut_at_changes, figures, merge_shares
from mining.hotspots.recoverable import recoverable_seconds, reference_means

_GROUP = ("kind", "measure", "segment_no", "place_a", "place_b")
_COUNTS = ("seconds", "n", "extra_us", "reference_n", "reference_extra_us")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def rank_hotspots(groups: pa.Table, by_period: pa.Table, overall: pa.Table, excess: pa.Table) -> pa.Table:
    """Figures, recoverable time and rank of every place, in every period and over the whole log (period_no 0).

    `groups` has a row per kind, measure, segment_no, place_a, place_b, at its number from 0. `by_period` holds duration
    counts: group_no, period_no, seconds, n, extra_us, reference_n, reference_extra_us, in the order of the first
    three, which may repeat: shares add up, and some are negative; `overall` the same counts over the whole log, without
    period_no. `excess` holds kind (activity, or segment for limits that end with the case), segment_no, place_a,
    period_no, excess_us (whole numbers of any width). The result has `excess_seconds`, rounded once.

    Recoverable time of a period is max(0, n x (mean - reference mean)), the reference being conformant cases of the
    same place and segment in the 12 periods before, at least 30 instances; over the whole log it is the sum over
    the periods that have one. Ranks count from 1 within period, segment, kind and measure, by recoverable, then
    excess, then total time, then place. O(rows). Raises `MiningError` where a column is missing.
    """
    wanted = (
        ("groups", groups, _GROUP),
        ("by_period", by_period, ("group_no", "period_no", *_COUNTS)),
        ("overall", overall, ("group_no", *_COUNTS)),
    )
    missing = [
        Problem(f"the table lacks the columns {', '.join(lacking)}.", name)
        for name, table, columns in wanted
        if (lacking := [column for column in columns if column not in table.column_names])
    ]
    if missing:
        raise MiningError(*missing)
    (group, period), of_periods = _summed(by_period, "group_no", "period_no")
    reference = reference_means(group, period, of_periods.reference_n, of_periods.reference_us)
    recoverable = recoverable_seconds(of_periods.n, of_periods.total_us, reference)
    (everywhere,), of_all = _summed(overall, "group_no")
    recovered = _summed_over_periods(group, recoverable, groups.num_rows)[everywhere]
    unknown = np.full(len(everywhere), np.nan)
    table = pa.concat_tables(
        [
            _result(groups, group, period, of_periods, reference, recoverable),
            _result(groups, everywhere, np.zeros_like(everywhere), of_all, unknown, recovered),
        ]
    )
    return _ranked(_with_excess(table, excess))


def _whole(table: pa.Table, name: str) -> Ints:
    return np.asarray(table.column(name).to_numpy()).astype(np.int64, copy=False)


def _summed(table: pa.Table, *names: str) -> tuple[tuple[Ints, ...], GroupFigures]:
    """The groups of counts that are sorted by the numbers `names`, and the figures of each."""
    keys = tuple(_whole(table, name) for name in (*names, "seconds"))
    (*of_rows, seconds), sums = merge_shares(keys, *(_whole(table, name) for name in _COUNTS[1:]))
    starts = cut_at_changes(*of_rows)
    return tuple(values[starts] for values in of_rows), figures(GroupedCounts(starts, seconds, *sums))


def _summed_over_periods(group: Ints, recoverable: Floats, groups: int) -> Floats:
    """Sum per group; NaN where no period had a reference."""
    known = ~np.isnan(recoverable)
    total = np.zeros(groups)
    np.add.at(total, group[known], recoverable[known])
    seen = np.zeros(groups, dtype=bool)
    seen[group[known]] = True
    return np.where(seen, total, np.nan)


def _result(
    groups: pa.Table, group: Ints, period: Ints, numbers: GroupFigures, reference: Floats, recoverable: Floats
) -> pa.Table:
    keys = groups.take(group)
    columns: dict[str, Any] = {name: keys.column(name) for name in ("kind", "measure")}
    columns |= {name: keys.column(name).cast(pa.int64()) for name in ("segment_no", "place_a", "place_b")}
    columns["period_no"] = pa.array(period)
    columns["n"] = pa.array(numbers.n)
    columns["total_us"] = pa.array(numbers.total_us.astype(np.float64))
    for name in ("p50_seconds", "p90_seconds", "p95_seconds"):
        columns[name] = pa.array(getattr(numbers, name).astype(np.float64))
    columns["reference_seconds"] = pa.array(reference, mask=np.isnan(reference))
    columns["recoverable_seconds"] = pa.array(recoverable, mask=np.isnan(recoverable))
    return pa.table(columns)


def _with_excess(table: pa.Table, excess: pa.Table) -> pa.Table:
    """Put the time over limits at the sojourn of the activity that ends them, and at the cycle of the segment."""
    known: dict[tuple[str, int, int, int], int] = {}
    for row in excess.to_pylist():
        key = (row["kind"], row["segment_no"], row["period_no"], row["place_a"])
        known[key] = known.get(key, 0) + int(row["excess_us"])
    values: list[float | None] = []
    names = ("kind", "measure", "segment_no", "period_no", "place_a")
    for kind, measure, segment, period, place in zip(*(table.column(name).to_pylist() for name in names), strict=True):
        counted = (kind, measure) in {("activity", "sojourn"), ("segment", "cycle")}
        over = known.get((kind, segment, period, place)) if counted else None
        values.append(None if over is None else over / 10**6)
    return table.append_column("excess_seconds", pa.array(values, type=pa.float64()))


def _ranked(table: pa.Table) -> pa.Table:
    """Add the rank within period, segment, kind and measure."""
    recoverable = _numbers(table, "recoverable_seconds")
    excess = _numbers(table, "excess_seconds")
    total = table.column("total_us").to_numpy()
    group = np.zeros(table.num_rows, dtype=np.int64)
    for name in ("period_no", "segment_no", "kind", "measure"):
        codes = table.column(name).combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
        group = group * (int(codes.max(initial=0)) + 1) + codes
    place_a = table.column("place_a").to_numpy()
    place_b = _whole_numbers(table, "place_b")
    order = np.lexsort((place_b, place_a, -total, -excess, -recoverable, group))
    sorted_group = group[order]
    first = np.concatenate([[True], sorted_group[1:] != sorted_group[:-1]]) if len(order) else np.empty(0, dtype=bool)
    starts = np.flatnonzero(first)
    within = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = within + 1
    return table.append_column("rank", pa.array(rank))


def _numbers(table: pa.Table, name: str) -> Floats:
    """A column as numbers, -1 where it is null: behind every real value of these columns."""
    column: Any = table.column(name)
    filled: Any = pc.fill_null(column, -1.0)
    numbers: Floats = filled.to_numpy()
    return numbers


def _whole_numbers(table: pa.Table, name: str) -> Ints:
    """The same for whole numbers, which stay exact beyond 2^53."""
    column: Any = table.column(name)
    filled: Any = pc.fill_null(column, -1)
    numbers: Ints = filled.to_numpy()
    return numbers
