"""Gates that hold a load against those before it: nulls, staleness, the hours of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from mining.quality import hour_shift, robust_bands
from pipelines.quality.finding import Finding, shown
from pipelines.workspace.quality_section import Nulls, Stale, Unanchored
from warehouse.gates.figures import LoadFigures
from warehouse.gates.patterns import Shape

_DAY = timedelta(days=1)
_COMPARED_LOADS = 20


def told_nulls(source: str, gate: Nulls, earlier: Sequence[LoadFigures], new: Sequence[LoadFigures]) -> Finding:
    """Mapped columns whose share of empty rows is outside the band of the loads before."""
    names = sorted({name for load in new for name in load.missing})
    told: list[tuple[float, int, str]] = []
    asked = sum(load.rows for load in new)
    most = 0
    for name in names:
        loads = [load for load in (*earlier, *new) if load.rows and name in load.missing]
        is_new = np.array([load in new for load in loads], dtype=np.bool_)
        shares = np.array([load.missing[name] / load.rows for load in loads])
        band = robust_bands(
            np.zeros(len(loads), dtype=np.int64),
            shares,
            is_new,
            window=_COMPARED_LOADS,
            least=gate.least_loads,
            width=gate.width,
            least_spread=0.02,
        )
        most = max([most, *band.support.tolist()])
        found = shares[is_new]
        for index in np.flatnonzero(band.outside(found)):
            rows = [load for load in loads if load in new][index].missing[name]
            text = f"{found[index]:.1%} of the rows have no {shown(name)}, usually {band.median[index]:.1%}"
            told.append((abs(float(found[index] - band.median[index])), rows, text))
    if told:
        told.sort(key=lambda each: (-each[0], each[2]))
        return Finding("nulls", source, "found", told[0][1], asked, several([text for *_, text in told]))
    if most < gate.least_loads:
        return Finding("nulls", source, "not_told", None, asked, f"not enough history: {most} loads before")
    return Finding("nulls", source, "passed", 0, asked)


def told_stale(
    source: str, gate: Stale, earlier: Sequence[LoadFigures], new: Sequence[LoadFigures], *, asked_at: datetime
) -> Finding:
    """Whether the latest event of a source lies too far back: before `after`, or further than at earlier loads."""
    latest = max((load.latest_at for load in (*earlier, *new) if load.is_current and load.latest_at), default=None)
    if latest is None:
        return Finding("stale", source, "not_told", None, 0, "no event")
    age = asked_at - latest
    told = f"the latest event is of {latest:%Y-%m-%d %H:%M} UTC, {_days(age)} before the source was asked"
    if gate.after is not None:
        if age > gate.after:
            return Finding("stale", source, "found", None, 0, f"{told}; at most {_days(gate.after)} are allowed")
        return Finding("stale", source, "passed", None, 0)
    ages = [(load.asked_at - load.latest_at) / _DAY for load in earlier if load.latest_at is not None]
    figures = np.array([*ages, age / _DAY])
    is_asked = np.array([False] * len(ages) + [True])
    band = robust_bands(
        np.zeros(len(figures), dtype=np.int64),
        figures,
        is_asked,
        window=_COMPARED_LOADS,
        least=gate.least_loads,
        width=gate.width,
        least_spread=0.5,
    )
    if int(band.support[0]) < gate.least_loads:
        return Finding("stale", source, "not_told", None, 0, f"not enough history: {len(ages)} loads before")
    if figures[-1] > band.high[0]:
        usual = _days(timedelta(days=float(band.median[0])))
        return Finding("stale", source, "found", None, 0, f"{told}; usually {usual}")
    return Finding("stale", source, "passed", None, 0)


def told_unanchored(
    source: str,
    gate: Unanchored,
    shapes: Sequence[Shape],
    earlier: Sequence[LoadFigures],
    new: Sequence[LoadFigures],
) -> Finding:
    """Instants written in several ways within a column, and days turned by whole hours against earlier loads."""
    told = []
    rows = 0
    asked = sum(load.rows for load in new)
    for column in dict.fromkeys(shape.column for shape in shapes):
        ways = [shape for shape in shapes if shape.column == column]
        if len(ways) > 1:
            rows += sum(way.rows for way in ways[1:])
            shown_ways = ", ".join(f"'{shown(way.shape)}' ({way.rows:,})" for way in ways[:3])
            more = f" and {len(ways) - 3} more" if len(ways) > 3 else ""
            told.append(f"{shown(column)} is written in {len(ways)} ways: {shown_ways}{more}")
    with_hours = [load for load in earlier if any(load.hours)]
    if len(with_hours) >= gate.least_loads:
        usual = np.array([load.hours for load in with_hours[-_COMPARED_LOADS:]], dtype=np.int64).sum(axis=0)
        for load in new:
            hours = hour_shift(usual, np.array(load.hours, dtype=np.int64))
            if hours:
                rows += load.rows
                direction = "later" if hours > 0 else "earlier"
                told.append(f"the hours of load {load.load_id} lie {abs(hours)} h {direction} than those before it")
    if told:
        return Finding("unanchored", source, "found", min(rows, asked), asked, several(told))
    return Finding("unanchored", source, "passed", 0, asked)


def _days(span: timedelta) -> str:
    return f"{span / _DAY:,.1f} days"


def several(told: Sequence[str], most: int = 3) -> str:
    """The first few of several sentences, and how many more there are."""
    text = "; ".join(told[:most])
    return f"{text}; and {len(told) - most} more" if len(told) > most else text
