"""The gate on rows a day: which days are known as a whole, and which of these have too few or too many rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from mining.quality import Band, robust_bands
from pipelines.quality.bands import several
from pipelines.quality.finding import Finding
from pipelines.workspace.quality_section import Volume
from warehouse.gates.figures import LoadFigures

_DAY = timedelta(days=1)
_JUDGED_DAYS = 14
_FIRST_DAYS = 1_100
# a day of a first export with less than this share of what is usual is a hole in it, no holiday
_HOLE = 0.1
# nights whose last day had this share of the rows that it has now had brought it whole
_WHOLE = 0.9
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class _Night:
    """What the loads of one instant brought together: the last day, its rows as known then, whether it was over."""

    last: date
    rows: int
    is_over: bool


def told_volume(
    source: str, gate: Volume, earlier: Sequence[LoadFigures], new: Sequence[LoadFigures], *, time_zone: str
) -> Finding:
    """Days that came since the last load whose rows are outside the band of their weekday.

    Only days that are known as a whole are judged. The last day is one of them where it was over when it was delivered
    and earlier nights brought their last days whole. A first load, which no habit stands behind, is only asked for
    holes: quiet days in it are as they are (a holiday), and a log that runs out at its end is no hole. Rows a day are
    those of the current loads together; the very first day may be cut and is left out.
    """
    days: Counter[date] = Counter()
    for load in (*earlier, *new):
        if load.is_current:
            days.update(load.days)
    if not days:
        return Finding("volume", source, "not_told", None, 0, "no rows with a day")
    nights = _nights(earlier, time_zone)
    if not nights:
        return _first(source, gate, days)
    last = max(days)
    end = last + _DAY if _is_over(last, new, time_zone) and _come_whole(nights, days) else last
    former = max(night.last for night in nights)
    before = nights[-1]
    was_judged = len(nights) > 1 and before.is_over and before.last == former and before.rows == days[former]
    first = max(min(former + _DAY if was_judged else former, last), last - _JUDGED_DAYS * _DAY)
    judged = [first + n * _DAY for n in range((end - first).days)]
    if not judged:
        return Finding("volume", source, "not_told", None, 0, "no further day is known as a whole")
    figures = np.array([days[day] for day in judged], dtype=np.float64)
    band = _band(days, gate, judged)
    told = [_told(judged[index], figures, band, index) for index in map(int, np.flatnonzero(band.outside(figures)))]
    return _finding(source, gate, told, band, int(figures.sum()))


def _first(source: str, gate: Volume, days: Mapping[date, int]) -> Finding:
    """A first load: days without rows, or with next to none, before the last day that is as usual."""
    last = max(days)
    first = max(min(days) + _DAY, last - _FIRST_DAYS * _DAY)
    judged = [first + n * _DAY for n in range((last - first).days)]
    weeks = [judged[at : at + 7] for at in range(0, len(judged), 7)]
    told: list[str] = []
    waiting: list[str] = []
    support = [0]
    for week in weeks:
        figures = np.array([days.get(day, 0) for day in week], dtype=np.float64)
        band = _band(days, gate, week)
        support += band.support.tolist()
        for index, day in enumerate(week):
            if band.low[index] <= 0 or np.isnan(band.low[index]):
                continue  # so few could come on any such day
            if figures[index] >= band.low[index]:
                told += waiting
                waiting = []
            elif figures[index] <= _HOLE * band.median[index]:
                waiting.append(_told(day, figures, band, index))
    most = np.array(support, dtype=np.int64)
    empty = np.full(len(most), np.nan)
    return _finding(source, gate, told, Band(empty, empty, empty, most), sum(days.values()))


def _band(days: Mapping[date, int], gate: Volume, judged: Sequence[date]) -> Band:
    """The bands of days that follow each other, from the like days before them."""
    begin = min(judged[0], max(min(days) + _DAY, judged[0] - gate.history))
    line = [begin + n * _DAY for n in range((judged[-1] - begin).days + 1)]
    return robust_bands(
        np.array([day.weekday() for day in line], dtype=np.int64),
        np.array([days.get(day, 0) for day in line], dtype=np.float64),
        np.array([day >= judged[0] for day in line], dtype=np.bool_),
        window=max(1, gate.history.days // 7),
        least=gate.least_days,
        width=gate.width,
        least_spread=1.0,
        is_count=True,
    )


def _nights(earlier: Sequence[LoadFigures], time_zone: str) -> list[_Night]:
    """The earlier deliveries in the order of time."""
    found = []
    for instant in sorted({load.asked_at for load in earlier}):
        mine = [load for load in earlier if load.asked_at == instant and load.days]
        if not mine:
            continue
        last = max(day for load in mine for day in load.days)
        own = sum(load.days.get(last, 0) for load in mine)
        standing = sum(load.days.get(last, 0) for load in earlier if load.is_current and load.asked_at <= instant)
        # a whole export that later ones replaced stands for itself
        found.append(_Night(last, max(own, standing), _is_after(instant, last, time_zone)))
    return found


def _come_whole(nights: Sequence[_Night], days: Mapping[date, int]) -> bool:
    """Whether the last days of earlier nights, where they were over at delivery, hardly grew since."""
    shares = [night.rows / days[night.last] for night in nights if night.is_over and days.get(night.last)]
    return bool(shares) and median(shares) >= _WHOLE


def _is_over(day: date, loads: Sequence[LoadFigures], time_zone: str) -> bool:
    return bool(loads) and _is_after(max(load.asked_at for load in loads), day, time_zone)


def _is_after(instant: datetime, day: date, time_zone: str) -> bool:
    return instant.astimezone(ZoneInfo(time_zone)).date() > day


def _told(day: date, figures: np.ndarray[tuple[int], np.dtype[np.float64]], band: Band, index: int) -> str:
    usual = f"{max(0.0, band.low[index]):,.0f} to {band.high[index]:,.0f} on a {_WEEKDAYS[day.weekday()]}"
    return f"{day} has {figures[index]:,.0f} rows, usually {usual}"


def _finding(source: str, gate: Volume, told: Sequence[str], band: Band, total: int) -> Finding:
    if told:
        return Finding("volume", source, "found", None, total, several(told))
    if not (band.support >= gate.least_days).any():
        most = int(band.support.max(initial=0))
        return Finding("volume", source, "not_told", None, total, f"not enough history: {most} like days before")
    return Finding("volume", source, "passed", None, total)
