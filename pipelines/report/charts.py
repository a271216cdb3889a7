"""The charts as plain geometry: axes with round ticks, bars, lines. Templates write them as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.report.picture import text_width


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    name: str
    value: float
    share: float = 0.0
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where and which value."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Pareto:
    """Bars from the largest down, and the share of the whole reached after each; `rest` lies beyond the bars.

    A single bar that is the whole has no line of shares.
    """

    width: float
    height: float
    base: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    line: str
    dots: tuple[tuple[float, float, float], ...]
    left: float
    right: float
    tilted: bool
    sign_count: int
    rest_places: int
    rest_share: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts in bins of equal width; the last bar holds all beyond (`overflow`)."""

    width: float
    height: float
    base: float
    left: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    bounds: tuple[Tick, ...]
    p50: Tick | None
    p90: Tick | None
    bin_seconds: float
    overflow_cases: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A period in the trend; `share` is None where nothing was judged."""

    x: float
    y: float | None
    period: str
    share: float | None
    judged: int
    ended: int
    bar_y: float
    bar_height: float
    complete: bool
    labelled: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """The conformance rate by period as a line over bars of ended cases."""

    width: float
    height: float
    base: float
    left: float
    right: float
    slot: float
    points: tuple[TrendPoint, ...]
    line: str
    ticks: tuple[Tick, ...]
    target_y: float | None
    left_out: int


_WIDEST_SLOT = 170.0  # px for a bar with the room around it
_AXIS_SIZE = 11.5  # px of the font of axes


def draw_pareto(values: Sequence[tuple[str, float]], *, most: int = 12) -> Pareto | None:
    """A Pareto chart of named values (the largest `most` of them); None where there is nothing above zero."""
    ranked = sorted((entry for entry in values if entry[1] > 0), key=lambda entry: (-entry[1], entry[0]))
    total = sum(value for _, value in ranked)
    if not ranked or total <= 0:
        return None
    width, height, left, right, top, bottom = 760.0, 300.0, 72.0, 712.0, 22.0, 222.0
    shown = ranked[:most]
    scale = _ticks_up_to(shown[0][1], seconds=True)
    slot = min((right - left) / len(shown), _WIDEST_SLOT)
    right = left + slot * len(shown)
    bars, dots = [], []
    reached = 0.0
    for place, (name, value) in enumerate(shown):
        tall = (bottom - top) * value / scale[-1]
        reached += value / total
        x = left + slot * (place + 0.5)
        bars.append(Bar(left + slot * (place + 0.14), bottom - tall, slot * 0.72, tall, name, value, reached))
        dots.append((x, bottom - (bottom - top) * reached, reached))
    if len(ranked) == 1:
        dots = []
    return Pareto(
        width=width,
        height=height,
        base=bottom,
        bars=tuple(bars),
        ticks=tuple(Tick(bottom - (bottom - top) * value / scale[-1], value) for value in scale),
        line="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in dots) if dots else "",
        dots=tuple(dots),
        left=left,
        right=right,
        tilted=slot < 105,
        sign_count=18 if slot < 105 else int(slot / 6.6),
        rest_places=len(ranked) - len(shown),
        rest_share=max(0.0, 1 - reached),
    )


def bin_width(p98_seconds: float, *, bins: int = 28) -> float:
    """A round width in seconds so that about `bins` bins reach to the 98th percentile."""
    return _round_up(max(p98_seconds, 1.0) / bins)


def draw_histogram(
    counts: Sequence[tuple[int, int]], *, bin_seconds: float, bins: int, p50: float | None, p90: float | None
) -> Histogram | None:
    """A histogram of (bin, cases); bin number `bins` holds all beyond. None where there are no cases."""
    if not counts:
        return None
    width, height, left, right, top, bottom = 560.0, 280.0, 46.0, 548.0, 34.0, 236.0
    of_bin = dict(counts)
    scale = _ticks_up_to(max(of_bin.values()))
    left = max(left, text_width(f"{scale[-1]:,.0f}", _AXIS_SIZE) + 16)  # the longest number of the axis
    overflow = of_bin.get(bins, 0)
    last = max(of_bin)
    slots = last + 1
    slot = (right - left) / slots
    bars = []
    for number in sorted(of_bin):
        tall = (bottom - top) * of_bin[number] / scale[-1]
        bars.append(
            Bar(
                left + slot * number + min(1.0, slot * 0.06),
                bottom - tall,
                max(slot - min(2.0, slot * 0.12), 0.5),
                tall,
                "",
                of_bin[number],
                bin_seconds * number,
                overflow=number == bins,
            )
        )
    step = max(1, math.ceil(slots / 6))

    def mark(value: float | None) -> Tick | None:
        return None if value is None else Tick(min(left + slot * value / bin_seconds, right), value)

    return Histogram(
        width=width,
        height=height,
        base=bottom,
        left=left,
        bars=tuple(bars),
        ticks=tuple(Tick(bottom - (bottom - top) * value / scale[-1], value) for value in scale),
        bounds=tuple(Tick(left + slot * number, bin_seconds * number) for number in range(0, slots, step)),
        p50=mark(p50),
        p90=mark(p90),
        bin_seconds=bin_seconds,
        overflow_cases=overflow,
    )


def draw_trend(
    periods: Sequence[tuple[str, int, int, int]], *, incomplete: str | None, target: float | None, most: int = 24
) -> Trend | None:
    """The trend of (period, ended, judged, conformant), oldest first: the last `most` periods."""
    shown = periods[-most:]
    if not shown:
        return None
    width, height, left, right, top, bottom = 560.0, 280.0, 46.0, 540.0, 34.0, 236.0
    slot = (right - left) / len(shown)
    busiest = max(ended for _, ended, _, _ in shown) or 1
    step = max(1, math.ceil(len(shown) / 6))
    points = []
    for place, (period, ended, judged, conformant) in enumerate(shown):
        share = conformant / judged if judged else None
        tall = (bottom - top) * 0.45 * ended / busiest
        points.append(
            TrendPoint(
                x=left + slot * (place + 0.5),
                y=None if share is None else bottom - (bottom - top) * share,
                period=period,
                share=share,
                judged=judged,
                ended=ended,
                bar_y=bottom - tall,
                bar_height=tall,
                complete=period != incomplete,
                labelled=(len(shown) - 1 - place) % step == 0,
            )
        )
    parts: list[str] = []
    broken = True
    for point in points:
        if point.y is None:
            broken = True
            continue
        parts.append(f"{'M' if broken else 'L'}{point.x:.1f} {point.y:.1f}")
        broken = False
    return Trend(
        width=width,
        height=height,
        base=bottom,
        left=left,
        right=right,
        slot=slot,
        points=tuple(points),
        line="".join(parts),
        ticks=tuple(Tick(bottom - (bottom - top) * share, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        target_y=None if target is None else bottom - (bottom - top) * min(max(target, 0.0), 1.0),
        left_out=len(periods) - len(shown),
    )


_ROUND_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400)


def _round_up(seconds: float) -> float:
    for value in _ROUND_SECONDS:
        if seconds <= value:
            return float(value)
    return 86400 * _round_number(seconds / 86400)


def _round_number(value: float) -> float:
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 2.5, 5, 10) if value <= power * step * (1 + 1e-9))


def _ticks_up_to(most: float, *, seconds: bool = False) -> list[float]:
    step = _round_up(most / 4) if seconds else max(1.0, _round_number(most / 4))
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]
