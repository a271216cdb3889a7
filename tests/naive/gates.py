"""The row gates as their words say, row by row: slow, short and plainly right. UTC, one source, one load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
SLOT = timedelta(minutes=15)


@dataclass(frozen=True)
class GateRow:
    number: int
    case: str
    activity: str
    at: datetime


@dataclass(frozen=True)
class Lines:
    """Where the gates draw their lines."""

    asked_at: datetime
    floor: datetime
    defaults: tuple[datetime, ...]
    starts: frozenset[str]
    ends: frozenset[str]
    reopens: frozenset[str]
    future_tolerance: timedelta
    clock_tolerance: timedelta
    burst_times: int
    burst_within: timedelta


def offending(rows: Sequence[GateRow], lines: Lines) -> dict[str, set[int]]:
    """The numbers of the offending rows by gate; rows that repeat an earlier one count for nothing."""
    seen = set()
    kept = []
    for row in sorted(rows, key=lambda row: row.number):
        if (row.case, row.activity, row.at) not in seen:
            seen.add((row.case, row.activity, row.at))
            kept.append(row)
    cases = defaultdict(list)
    for row in sorted(kept, key=lambda row: (row.at, row.number)):
        cases[row.case].append(row)
    found: dict[str, set[int]] = {
        "future": {row.number for row in kept if row.at > lines.asked_at + lines.future_tolerance},
        "floor": {row.number for row in kept if row.at < lines.floor},
        "defaults": _defaults(kept, lines),
        "before_start": set(),
        "after_end": set(),
        "burst": set(),
        "no_start": set(),
        "time_travel": set(),
    }
    out_of_order = [case for case in cases.values() if [r.number for r in case] != sorted(r.number for r in case)]
    by_file = len(out_of_order) <= max(3, 0.1 * len(cases))
    for case in cases.values():
        begun = [row.at for row in case if row.activity in lines.starts]
        if begun:
            found["before_start"] |= {row.number for row in case if row.at < min(begun) - lines.clock_tolerance}
        if case[0].activity not in lines.starts:
            found["no_start"] |= {row.number for row in case}
        found["after_end"] |= _after_end(case, lines)
        found["burst"] |= _bursts(case, lines)
        found["time_travel"] |= _slips(case, by_file=by_file and case in out_of_order)
    return found


def _slot(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)) // SLOT


def _defaults(rows: Sequence[GateRow], lines: Lines) -> set[int]:
    found = set()
    for default in lines.defaults:
        exact = [row.number for row in rows if row.at == default]
        beside = [
            row
            for row in rows
            if row.at <= lines.asked_at + DAY and 0 < abs(_slot(row.at) - _slot(default)) <= 30 * DAY // SLOT
        ]
        if len(exact) > len(beside):
            found |= set(exact)
    return found


def _after_end(case: Sequence[GateRow], lines: Lines) -> set[int]:
    ended = [row.at for row in case if row.activity in lines.ends]
    if not ended:
        return set()
    end = min(ended)
    reopened = min((row.at for row in case if row.activity in lines.reopens and row.at > end), default=None)
    return {
        row.number
        for row in case
        if row.activity not in lines.ends | lines.reopens
        and row.at > end + lines.clock_tolerance
        and (reopened is None or row.at < reopened)
    }


def _bursts(case: Sequence[GateRow], lines: Lines) -> set[int]:
    found = set()
    for activity in {row.activity for row in case}:
        run: list[GateRow] = []
        runs = [run]
        for row in (row for row in case if row.activity == activity):
            if run and row.at - run[-1].at > lines.burst_within:
                run = []
                runs.append(run)
            run.append(row)
        # a burst is told where its rows follow each other with nothing in between at least once
        for run in runs:
            if len(run) >= lines.burst_times and _touches(case, activity, lines):
                found |= {row.number for row in run[1:]}
    return found


def _touches(case: Sequence[GateRow], activity: str, lines: Lines) -> bool:
    return any(
        one.activity == other.activity == activity and other.at - one.at <= lines.burst_within
        for one, other in pairwise(case)
    )


def _slips(case: Sequence[GateRow], *, by_file: bool) -> set[int]:
    found = set()
    if len(case) >= 3:
        for odd, rest in ((case[0], case[1:]), (case[-1], case[:-1])):
            low, high = rest[0].at, rest[-1].at
            gap = max(low - odd.at, odd.at - high)
            reach = max(high - low, DAY)
            if gap > 20 * DAY and gap > 2 * (high - low) and _mended(odd.at, low - reach, high + reach, half_day=False):
                found.add(odd.number)
    if by_file:
        rows = sorted(case, key=lambda row: row.number)
        for before, row, after in zip(rows, rows[1:], rows[2:], strict=False):
            low, high = before.at, after.at
            if low <= high and not low <= row.at <= high and _mended(row.at, low, high, half_day=True):
                found.add(row.number)
    return found


def _mended(at: datetime, low: datetime, high: datetime, *, half_day: bool) -> bool:
    tries = []
    for years in (-1, 1):
        # the 29th of February becomes the 28th
        tries.append(at.replace(year=at.year + years, day=min(at.day, 28) if at.month == 2 else at.day))
    if at.day <= 12 and at.day != at.month:
        tries.append(at.replace(day=at.month, month=at.day))
    if half_day:
        tries += [at - DAY / 2, at + DAY / 2]
    return any(low <= mended <= high for mended in tries)
