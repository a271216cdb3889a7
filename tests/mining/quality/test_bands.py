"""Robust bands against a twin that is short and plainly right."""

from __future__ import annotations

import math
import random
import statistics

import numpy as np
import pytest

from mining.quality import hour_shift, robust_bands


def naive_band(
    groups: list[int], figures: list[float], asked: list[bool], place: int, window: int, least: int, width: float
) -> tuple[float, float] | None:
    like = [figures[i] for i in range(place) if not asked[i] and groups[i] == groups[place]][-window:]
    if len(like) < least:
        return None
    middle = statistics.median(like)
    spread = max(1.4826 * statistics.median(abs(value - middle) for value in like), 1.0, math.sqrt(middle))
    return middle - width * spread, middle + width * spread


@pytest.mark.parametrize("seed", range(20))
def test_bands_are_those_of_the_twin(seed: int) -> None:
    dice = random.Random(seed)
    n = dice.randrange(0, 60)
    groups = [dice.randrange(3) for _ in range(n)]
    figures = [float(dice.randrange(0, 50)) for _ in range(n)]
    asked = [dice.random() < 0.2 for _ in range(n)]
    band = robust_bands(
        np.array(groups, dtype=np.int64),
        np.array(figures),
        np.array(asked, dtype=np.bool_),
        window=6,
        least=3,
        width=2.0,
        least_spread=1.0,
        is_count=True,
    )
    places = [i for i in range(n) if asked[i]]
    assert len(band.low) == len(places)
    outside = band.outside(np.array([figures[i] for i in places]))
    for index, place in enumerate(places):
        wanted = naive_band(groups, figures, asked, place, 6, 3, 2.0)
        if wanted is None:
            assert math.isnan(band.low[index])
            assert not outside[index]
        else:
            assert (band.low[index], band.high[index]) == pytest.approx(wanted)
            assert bool(outside[index]) == (not wanted[0] <= figures[place] <= wanted[1])


def test_one_outlier_does_not_widen_the_band() -> None:
    figures = np.array([100.0, 102, 98, 101, 99, 5_000, 100, 40])
    asked = np.array([False] * 7 + [True])
    band = robust_bands(
        np.zeros(8, dtype=np.int64), figures, asked, window=10, least=4, width=5.0, least_spread=1.0, is_count=True
    )
    assert band.median[0] == 100
    assert band.outside(figures[-1:])[0]


WORKDAY = np.array([0] * 8 + [50, 90, 80, 70, 30, 60, 80, 70, 40] + [0] * 7, dtype=np.int64)


@pytest.mark.parametrize("hours", [-11, -8, -1, 0, 1, 6, 12])
def test_a_turned_day_is_told_by_its_hours(hours: int) -> None:
    told = hour_shift(WORKDAY, np.roll(WORKDAY, hours))
    # an hour more or less still overlaps too much to be told from a change of habits
    assert told == (0 if abs(hours) <= 1 else hours)


def test_few_events_and_other_habits_tell_no_shift() -> None:
    assert hour_shift(WORKDAY, np.roll(WORKDAY, 8) // 10) == 0
    assert hour_shift(WORKDAY, np.full(24, 20, dtype=np.int64)) == 0
    assert hour_shift(np.zeros(24, dtype=np.int64), WORKDAY) == 0
