"""The statistics behind hotspots on random arrays, against plain lists and fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.errors import MiningError
from mining.hotspots.counts import GroupedCounts, figures
from mining.hotspots.rank import rank_hotspots
from mining.hotspots.recoverable import recoverable_seconds, reference_means
from tests.naive.hotspots import quantile

PROFILE = settings(derandomize=True, deadline=None, max_examples=150, database=None)

# seconds, n, a remainder in microseconds, how many of the n are of conformant cases
COUNT = st.tuples(st.integers(0, 40), st.integers(1, 60), st.integers(0, 999_999), st.integers(0, 60))
GROUP = st.lists(COUNT, min_size=1, max_size=8, unique_by=lambda count: count[0]).map(sorted)


def expanded(group: list[tuple[int, int, int, int]]) -> list[int]:
    return [seconds for seconds, n, _, _ in group for _ in range(n)]


@PROFILE
@given(groups=st.lists(GROUP, max_size=6))
def test_figures_of_groups(groups: list[list[tuple[int, int, int, int]]]) -> None:
    flat = [count for group in groups for count in group]
    sizes = [len(group) for group in groups]
    starts: Any = np.cumsum([0, *sizes])[:-1] if groups else []
    columns = {
        "seconds": [c[0] for c in flat],
        "n": [c[1] for c in flat],
        "extra_us": [c[2] for c in flat],
        "reference_n": [min(c[1], c[3]) for c in flat],
        "reference_extra_us": [c[3] for c in flat],
    }
    found = figures(
        GroupedCounts(
            starts=np.array(starts, dtype=np.int64), **{k: np.array(v, dtype=np.int64) for k, v in columns.items()}
        )
    )
    for number, group in enumerate(groups):
        values = expanded(group)
        assert found.n[number] == len(values)
        assert found.total_us[number] == sum(s * n * 10**6 + us for s, n, us, _ in group)
        assert found.reference_n[number] == sum(min(c[1], c[3]) for c in group)
        assert found.reference_us[number] == sum(c[0] * min(c[1], c[3]) * 10**6 + c[3] for c in group)
        for percent, name in ((50, "p50_seconds"), (90, "p90_seconds"), (95, "p95_seconds")):
            assert getattr(found, name)[number] == quantile(values, percent), (group, percent)
    assert len(found.n) == len(groups)


ROW = st.tuples(st.integers(0, 3), st.integers(1, 40), st.integers(0, 40), st.integers(0, 10**9))


@PROFILE
@given(drawn=st.lists(ROW, max_size=30, unique_by=lambda row: row[:2]).map(sorted))
def test_references_look_twelve_periods_back(drawn: list[tuple[int, int, int, int]]) -> None:
    place, period, n, us = (np.array([row[i] for row in drawn], dtype=np.int64) for i in range(4))
    us = np.where(n > 0, us, 0)
    found = reference_means(place, period, n, us)
    for row, mean in enumerate(found):
        members = [
            other
            for other in range(len(drawn))
            if place[other] == place[row] and period[row] - 12 <= period[other] < period[row]
        ]
        count = sum(int(n[other]) for other in members)
        if count < 30:
            assert np.isnan(mean)
        else:
            wanted = Fraction(sum(int(us[other]) for other in members), count * 10**6)
            assert abs(Fraction(float(mean)) - wanted) <= wanted / 10**12


def test_the_window_is_twelve_periods_and_thirty_instances_exactly() -> None:
    def means(periods: list[int], n: list[int]) -> list[float]:
        count = np.array(n)
        return list(reference_means(np.zeros(len(n), dtype=np.int64), np.array(periods), count, count * 2_000_000))

    assert np.isnan(means([1, 14], [30, 5])).all()
    assert means([1, 13], [30, 5])[1] == 2.0
    assert np.isnan(means([1, 13], [29, 500])).all()
    assert means([1, 2, 3], [15, 15, 0])[2] == 2.0


def test_recoverable_is_never_negative_and_unknown_without_a_reference() -> None:
    found = recoverable_seconds(np.array([2, 2, 2]), np.array([10_000_000, 2_000_000, 1]), np.array([2.0, 2.0, np.nan]))
    assert list(found[:2]) == [6.0, 0.0]
    assert np.isnan(found[2])


KEYS = ("kind", "measure", "segment_no", "place_a", "place_b", "period_no")
INTEGERS = ("seconds", "n", "extra_us", "reference_n", "reference_extra_us")
GROUPS = pa.schema([pa.field(name, pa.string() if name in KEYS[:2] else pa.int32()) for name in KEYS[:5]])
OVERALL = pa.schema([pa.field("group_no", pa.int32()), *(pa.field(name, pa.int64()) for name in INTEGERS)])
BY_PERIOD = OVERALL.insert(1, pa.field("period_no", pa.int32()))
EXCESS = pa.schema(
    [
        ("kind", pa.string()),
        ("segment_no", pa.int32()),
        ("place_a", pa.int32()),
        ("period_no", pa.int32()),
        ("excess_us", pa.decimal128(38, 0)),
    ]
)


def counted(
    rows: list[dict[str, Any]], gone: list[dict[str, Any]] | None = None
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The groups, and the counts within each period and over all, as the warehouse hands them over.

    Those of a period come in shares; those that are `gone` were put in and taken out again.
    """
    out = [row | {name: -row[name] for name in INTEGERS[1:]} for row in gone or []]
    shares = [*rows, *(gone or []), *out]
    places = {tuple(row[k] for k in KEYS[:5]) for row in shares}
    groups = sorted(places, key=lambda k: (*k[:4], k[4] is not None, k[4] or 0))

    def merged(keys: tuple[str, ...], schema: pa.Schema) -> pa.Table:
        found: dict[tuple[int, ...], dict[str, int]] = {}
        for row in rows:
            key = (groups.index(tuple(row[k] for k in KEYS[:5])), *(row[k] for k in keys))
            known = found.setdefault(key, dict.fromkeys(INTEGERS[1:], 0))
            for name in known:
                known[name] += row[name]
        names = ("group_no", *keys)
        return pa.Table.from_pylist(
            [dict(zip(names, key, strict=True)) | found[key] for key in sorted(found)], schema=schema
        )

    numbered = [{"group_no": groups.index(tuple(row[k] for k in KEYS[:5]))} | row for row in shares]
    numbered.sort(key=lambda row: (row["group_no"], row["period_no"], row["seconds"]))
    return (
        pa.Table.from_pylist([dict(zip(KEYS[:5], group, strict=True)) for group in groups], schema=GROUPS),
        pa.Table.from_pylist(numbered, schema=BY_PERIOD),
        merged(("seconds",), OVERALL),
    )


DURATION = st.fixed_dictionaries(
    {
        "segment_no": st.sampled_from((0, 1)),
        "kind": st.sampled_from(("activity", "handover")),
        "place_a": st.integers(1, 2),
        "measure": st.sampled_from(("sojourn", "waiting")),
        "period_no": st.integers(1, 15),
        "seconds": st.integers(0, 5),
        "n": st.integers(1, 30),
        "share": st.integers(0, 30),
        "extra_us": st.integers(0, 999_999),
    }
)


@PROFILE
@given(
    drawn=st.lists(DURATION, max_size=25),
    taken_out=st.lists(DURATION, max_size=5),
    over=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 2), st.integers(1, 15), st.integers(0, 5)), max_size=4),
)
def test_hotspots_of_random_counts(
    drawn: list[dict[str, Any]], taken_out: list[dict[str, Any]], over: list[tuple[int, int, int, int]]
) -> None:
    def as_rows(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
        shares = [min(int(d["n"]), int(d["share"])) for d in drawn]
        return [
            {k: v for k, v in d.items() if k != "share"}
            | {"place_b": 3 if d["kind"] == "handover" else None}
            | {"reference_n": of, "reference_extra_us": 7 * of}
            for d, of in zip(drawn, shares, strict=True)
        ]

    rows = as_rows(drawn)
    excess = pa.Table.from_pylist(
        [dict(zip(EXCESS.names, ("activity", a, b, c, us * 10**6), strict=True)) for a, b, c, us in over], schema=EXCESS
    )
    found = rank_hotspots(*counted(rows, as_rows(taken_out)), excess).to_pylist()
    places: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        places.setdefault(tuple(row[k] for k in KEYS[:5]), []).append(row)
    wanted: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def total_us(members: list[dict[str, Any]]) -> int:
        return sum(m["n"] * m["seconds"] * 10**6 + m["extra_us"] for m in members)

    def reference_us(members: list[dict[str, Any]]) -> int:
        return sum(m["reference_n"] * m["seconds"] * 10**6 + m["reference_extra_us"] for m in members)

    for place, members in places.items():
        recovered: Fraction | None = None
        for period in sorted({int(m["period_no"]) for m in members}):
            now = [m for m in members if m["period_no"] == period]
            back = [m for m in members if period - 12 <= m["period_no"] < period]
            of = sum(m["reference_n"] for m in back)
            n, total = sum(m["n"] for m in now), total_us(now)
            part = None
            if of >= 30:
                mean = Fraction(reference_us(back), of * 10**6)
                part = max(Fraction(0), Fraction(total, 10**6) - n * mean)
                recovered = part + (recovered or 0)
            wanted[(*place, period)] = (n, total, part)
        wanted[(*place, 0)] = (sum(m["n"] for m in members), total_us(members), recovered)
    assert {tuple(row[k] for k in KEYS) for row in found} == set(wanted)
    assert len(found) == len(wanted)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in found:
        count, total, part = wanted[tuple(row[k] for k in KEYS)]
        assert (row["n"], row["total_us"]) == (count, total)
        assert (row["recoverable_seconds"] is None) == (part is None)
        if part is not None:
            assert float(row["recoverable_seconds"]) == pytest.approx(float(part), rel=1e-9, abs=1e-6)
        own = [us for a, b, c, us in over if (a, b, c) == (row["segment_no"], row["place_a"], row["period_no"])]
        here = row["kind"] == "activity" and row["measure"] == "sojourn" and own
        assert row["excess_seconds"] == (sum(own) if here else None)
        groups.setdefault(tuple(row[k] for k in ("period_no", "segment_no", "kind", "measure")), []).append(row)
    for members in groups.values():
        members.sort(key=lambda row: row["rank"])
        assert [row["rank"] for row in members] == list(range(1, len(members) + 1))
        sizes = [
            tuple(-1 if row[k] is None else row[k] for k in ("recoverable_seconds", "excess_seconds", "total_us"))
            for row in members
        ]
        assert sizes == sorted(sizes, reverse=True)


def test_no_durations_at_all() -> None:
    assert rank_hotspots(*counted([]), EXCESS.empty_table()).num_rows == 0


def test_counts_without_a_column_are_refused() -> None:
    groups, by_period, overall = counted([])
    with pytest.raises(MiningError, match="seconds") as told:
        rank_hotspots(
            groups, by_period.drop_columns(["seconds"]), overall.drop_columns(["n", "extra_us"]), EXCESS.empty_table()
        )
    assert [problem.where for problem in told.value.problems] == ["by_period", "overall"]


def test_time_over_limits_of_a_large_log() -> None:
    """Ten million cases that are eleven days late: more microseconds than 63 bits hold."""
    row = {"segment_no": 0, "kind": "activity", "place_a": 1, "place_b": None, "measure": "sojourn", "period_no": 1}
    row |= {"seconds": 1, "n": 1, "extra_us": 0, "reference_n": 0, "reference_extra_us": 0}
    late = 10_000_000 * 11 * 86_400_000_000 + 1
    excess = pa.Table.from_pylist(
        [
            {"kind": "activity", "segment_no": 0, "place_a": 1, "period_no": period, "excess_us": late}
            for period in (0, 1)
        ],
        schema=EXCESS,
    )
    found = rank_hotspots(*counted([row]), excess)
    assert found.column("excess_seconds").to_pylist() == [late / 10**6, late / 10**6]


def test_a_second_that_many_instances_share() -> None:
    """Twenty million instances of sixty days each, as a deadline makes them: one row passes 63 bits by far."""
    row = {"segment_no": 0, "kind": "activity", "place_a": 1, "place_b": None, "measure": "sojourn", "period_no": 1}
    row |= {"seconds": 60 * 86_400, "n": 20_000_000, "extra_us": 9, "reference_n": 5, "reference_extra_us": 0}
    found = rank_hotspots(*counted([row]), EXCESS.empty_table())
    total = float(60 * 86_400 * 20_000_000 * 10**6 + 9)
    assert found.column("total_us").to_pylist() == [total, total]
