"""Rows a day: days that are known as a whole are judged, holes in a first export are told, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.quality.finding import Finding
from pipelines.quality.volume import told_volume
from pipelines.workspace.quality_section import Volume
from warehouse.gates.figures import LoadFigures

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def usual(days: int, *, seed: int = 1, begin: date = MONDAY) -> dict[date, int]:
    """Some 200 rows on a working day, 40 on a Saturday, none on a Sunday."""
    dice = random.Random(seed)
    line = [begin + n * DAY for n in range(days)]
    by_weekday = {5: 40, 6: 0}
    return {day: round(by_weekday.get(day.weekday(), 200) * dice.uniform(0.9, 1.1)) for day in line}


def load(number: int, days: Mapping[date, int], asked_at: datetime, *, is_current: bool = True) -> LoadFigures:
    given = {day: rows for day, rows in days.items() if rows}
    return LoadFigures(number, sum(given.values()), {}, given, (0,) * 24, None, asked_at, is_current)


def at(day: date, hour: int = 2) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def asked(*loads: LoadFigures, gate: Volume | None = None, time_zone: str = "UTC") -> Finding:
    """The gate at the last of these loads; loads of one instant are one night."""
    new = [each for each in loads if each.asked_at == loads[-1].asked_at]
    earlier = [each for each in loads if each.asked_at != loads[-1].asked_at]
    return told_volume("tickets", gate or Volume(), earlier, new, time_zone=time_zone)


def nightly(days: Mapping[date, int], *, first: int = 42, hour: int = 2) -> list[LoadFigures]:
    """A first load of many days, then one load a day, each in the small hours of the next day."""
    line = sorted(days)
    loads = [load(1, {day: days[day] for day in line[:first]}, at(line[first - 1] + DAY, hour))]
    for number, day in enumerate(line[first:], 2):
        loads.append(load(number, {day: days[day]}, at(day + DAY, hour)))
    return loads


def told_days(finding: Finding) -> list[str]:
    return [] if finding.outcome != "found" else [part.split(" has ")[0] for part in finding.detail.split("; ")]


class TestFirstLoad:
    """One export, with no habit behind it."""

    def test_cut_days_at_both_ends_are_not_judged(self) -> None:
        days = usual(68)
        days[MONDAY] = 3
        days[max(days)] = 5
        assert asked(load(1, days, at(date(2026, 6, 1)))).outcome == "passed"

    def test_a_quiet_week_is_as_it_is(self) -> None:
        days = usual(68)
        for n in range(56, 61):
            days[MONDAY + n * DAY] //= 3
        assert asked(load(1, days, at(date(2026, 6, 1)))).outcome == "passed"

    @pytest.mark.parametrize("place", [37, 46, 64])
    @pytest.mark.parametrize("left", [0, 4])
    def test_a_missing_day_in_the_middle_is_told(self, place: int, left: int) -> None:
        days = usual(68)
        hole = MONDAY + place * DAY
        assert hole.weekday() < 5
        days[hole] = left
        assert told_days(asked(load(1, days, at(date(2026, 6, 1))))) == [str(hole)]

    def test_a_log_that_runs_out_has_no_hole_at_its_end(self) -> None:
        days = usual(56)
        for n, rows in enumerate((30, 0, 9, 0, 0, 2, 0, 0, 1)):
            days[MONDAY + (56 + n) * DAY] = rows
        assert asked(load(1, days, at(date(2026, 6, 1)))).outcome == "passed"
        # a day behind which it goes on as usual is a hole even so
        days[MONDAY + 45 * DAY] = 0
        assert told_days(asked(load(1, days, at(date(2026, 6, 1))))) == [str(MONDAY + 45 * DAY)]

    def test_files_of_one_night_are_one_export(self) -> None:
        days = usual(68)
        hole = MONDAY + 44 * DAY
        days[hole] = 0
        months = sorted({day.month for day in days})
        loads = [
            load(n, {day: rows for day, rows in days.items() if day.month == month}, at(date(2026, 6, 1)))
            for n, month in enumerate(months, 1)
        ]
        assert told_days(asked(*loads)) == [str(hole)]

    def test_a_short_export_says_that_it_can_not_tell(self) -> None:
        found = asked(load(1, usual(20), at(date(2026, 6, 1))))
        assert found.outcome == "not_told"
        assert "not enough history" in found.detail


class TestNightlyIncrements:
    """Loads that add a day each."""

    def test_usual_nights_pass(self) -> None:
        days = usual(60)
        loads = nightly(days)
        for count in range(2, len(loads) + 1):
            assert asked(*loads[:count]).outcome == "passed", count

    def test_a_half_empty_day_is_told_in_the_night_that_brings_it_and_not_again(self) -> None:
        days = usual(60)
        half = MONDAY + 52 * DAY
        days[half] //= 3
        loads = nightly(days)
        here = next(n for n, each in enumerate(loads) if half in each.days and n)
        assert told_days(asked(*loads[: here + 1])) == [str(half)]
        assert asked(*loads[: here + 2]).outcome == "passed"

    def test_a_half_empty_day_is_told_in_the_second_night_already(self) -> None:
        days = usual(44)
        days[MONDAY + 42 * DAY] //= 3
        assert told_days(asked(*nightly(days)[:2])) == [str(MONDAY + 42 * DAY)]

    def test_a_day_that_is_not_over_waits(self) -> None:
        """Delivered at 22 o'clock: the day has two hours left, and what they bring comes the next evening."""
        days = usual(60)
        line = sorted(days)
        loads = [load(1, {day: days[day] for day in line[:42]}, at(line[41], 22))]
        for number, day in enumerate(line[42:], 2):
            rest = {day - DAY: days[day - DAY] // 3} if number > 2 else {}
            loads.append(load(number, {day: days[day] - days[day] // 3, **rest}, at(day, 22)))
        for count in range(2, len(loads) + 1):
            assert asked(*loads[:count]).outcome == "passed", count
        # on the wall in Shanghai it is the next morning; but the days before grew after their delivery
        assert asked(*loads, time_zone="Asia/Shanghai").outcome == "passed"

    def test_a_day_that_never_came_is_told_when_the_next_one_comes(self) -> None:
        days = usual(60)
        hole = MONDAY + 52 * DAY
        loads = [each for each in nightly(days) if hole not in each.days or each.load_id == 1]
        next_one = next(n for n, each in enumerate(loads) if hole + DAY in each.days)
        assert told_days(asked(*loads[: next_one + 1])) == [str(hole)]

    def test_a_whole_export_each_night_is_judged_by_its_new_days(self) -> None:
        days = usual(60)
        half = MONDAY + 59 * DAY
        days[half] //= 3
        loads = [
            load(n, {day: rows for day, rows in days.items() if day <= MONDAY + upto * DAY},
                 at(MONDAY + (upto + 1) * DAY), is_current=upto == 59)
            for n, upto in enumerate(range(55, 60), 1)
        ]  # fmt: skip
        assert told_days(asked(*loads)) == [str(half)]

    def test_too_many_rows_are_told_too(self) -> None:
        days = usual(60)
        much = MONDAY + 52 * DAY
        days[much] *= 3
        loads = nightly(days)
        here = next(n for n, each in enumerate(loads) if much in each.days and n)
        assert told_days(asked(*loads[: here + 1])) == [str(much)]


def test_without_days_nothing_is_told() -> None:
    nothing: Sequence[LoadFigures] = [load(1, {}, at(MONDAY))]
    assert asked(*nothing).outcome == "not_told"
