"""From duration counts to ranked hotspots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mining.errors import MiningError, Problem
from mining.hotspots.counts import GroupedCounts, GroupFigures, figures
from mining.hotspots.recoverable import recoverable_seconds, reference_means

_KEYS = ("kind", "measure", "segment_no", "place_a", "place_b", "period_no")
_COUNTS = ("seconds", "n", "extra_us", "reference_n", "reference_extra_us")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def rank_hotspots(by_period: pa.Table, excess: pa.Table) -> pa.Table:
    """Figures, recoverable time and rank of every place, in every period and over the whole log (period_no 0).

    `by_period` holds duration counts with the columns kind, measure, segment_no, place_a, place_b,
    period_no, seconds, n, extra_us, reference_n, reference_extra_us, sorted by kind, measure, segment, place, period,
    seconds. `excess` holds kind (activity, or segment for limits that end with the case), segment_no, place_a,
    period_no, excess_us (whole numbers of any width). The result has `excess_seconds`, rounded once.

    Recoverable time of a period is max(0, n x (mean - reference mean)), the reference being conformant cases of the
    same place and segment in the 12 periods before, at least 30 instances; over the whole log it is the sum over
    the periods that have one. Ranks count from 1 within period, segment, kind and measure, by recoverable, then
    excess, then total time, then place.
    """
    missing = [column for column in (*_KEYS, *_COUNTS) if column not in by_period.column_names]
    if missing:
        raise MiningError(Problem(f"the duration counts lack the columns {', '.join(missing)}.", "by_period"))
    period_keys, period_figures = _summed(by_period)
    place = _place_numbers(period_keys)
    period = period_keys["period_no"].to_numpy()
    reference = reference_means(place, period, period_figures.reference_n, period_figures.reference_us)
    recoverable = recoverable_seconds(period_figures.n, period_figures.total_us, reference)
    overall_keys, overall_figures = _summed(_overall(by_period))
    overall_recoverable = _summed_over_periods(place, recoverable, len(overall_figures.n))
    table = pa.concat_tables(
        [
            _result(period_keys, period_figures, reference, recoverable),
            _result(overall_keys, overall_figures, np.full(len(overall_figures.n), np.nan), overall_recoverable),
        ]
    )
    return _ranked(_with_excess(table, excess))


def _summed(table: pa.Table) -> tuple[pa.Table, GroupFigures]:
    """Cut sorted counts into groups and sum each up."""
    change = _changes(table, _KEYS)
    change[:1] = True
    starts = np.flatnonzero(change).astype(np.int64)
    values = {name: table.column(name).to_numpy().astype(np.int64, copy=False) for name in _COUNTS}
    return table.select(list(_KEYS)).take(starts), figures(GroupedCounts(starts=starts, **values))


def _changes(table: pa.Table, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which rows differ from the row before in any of the columns (not the first)."""
    change = np.zeros(table.num_rows, dtype=bool)
    for name in names:
        values = _comparable(table.column(name))
        change[1:] |= values[1:] != values[:-1]
    return change


def _comparable(column: Any) -> npt.NDArray[Any]:
    """Whole numbers that are equal where the values of a column are; texts by their place in a dictionary."""
    if pa.types.is_integer(column.type):
        return np.asarray((pc.fill_null(column, -1) if column.null_count else column).to_numpy())
    whole = column.combine_chunks()
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    return np.asarray(whole.indices.to_numpy(zero_copy_only=False))


def _overall(by_period: pa.Table) -> pa.Table:
    """The same counts over the whole log (period 0): the rows of a place together, by second whatever their period."""
    # the seconds of each period ascend already: a stable sort of one number goes along those runs
    seconds = by_period.column("seconds").to_numpy()
    span = int(seconds.max(initial=0)) - int(seconds.min(initial=0)) + 1
    place = _place_numbers(by_period)
    if int(place.max(initial=0)) < 2**62 // span:
        order = np.argsort(place * span + (seconds - seconds.min(initial=0)), kind="stable")
    else:
        order = np.lexsort((seconds, place))
    taken = by_period.take(order)
    index = taken.schema.get_field_index("period_no")
    field = taken.schema.field(index)
    return taken.set_column(index, field, pa.array(np.zeros(taken.num_rows, dtype=np.int32)).cast(field.type))


def _place_numbers(keys: pa.Table) -> Ints:
    """Number the runs of equal (kind, measure, segment, place): the keys are sorted by them."""
    return np.cumsum(_changes(keys, _KEYS[:-1]), dtype=np.int64)


def _summed_over_periods(place: Ints, recoverable: Floats, places: int) -> Floats:
    """Sum per place; NaN where no period had a reference. Both tables have their places in one order."""
    known = ~np.isnan(recoverable)
    total = np.zeros(places)
    np.add.at(total, place[known], recoverable[known])
    seen = np.zeros(places, dtype=bool)
    seen[place[known]] = True
    return np.where(seen, total, np.nan)


def _result(keys: pa.Table, numbers: GroupFigures, reference: Floats, recoverable: Floats) -> pa.Table:
    columns: dict[str, Any] = {name: keys.column(name) for name in ("kind", "measure")}
    columns |= {name: keys.column(name).cast(pa.int64()) for name in ("segment_no", "place_a", "place_b", "period_no")}
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
