"""Usual bands: the median of like figures, and how far they usually lie from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# scales the median absolute deviation to the standard deviation of a normal distribution
# (Rousseeuw and Croux, Alternatives to the median absolute deviation, JASA 88, 1993)
_SCALE = 1.4826


@dataclass(frozen=True, slots=True)
class Band:
    """For each figure asked about: the band it should lie in, and from how many like ones; NaN where too few."""

    low: Floats
    high: Floats
    median: Floats
    support: Ints

    def outside(self, figures: Floats) -> npt.NDArray[np.bool_]:
        """Which figures lie outside; False where there is no band."""
        return (figures < self.low) | (figures > self.high)


def robust_bands(
    groups: Ints,
    figures: Floats,
    asked: npt.NDArray[np.bool_],
    *,
    window: int,
    least: int,
    width: float,
    least_spread: float,
    is_count: bool = False,
) -> Band:
    """The band of each figure that is asked about, from at most `window` figures of its group right before it.

    All arrays (n,), in order of time; `groups` any numbers that tell like from unlike (weekdays). The band is the
    median plus and minus `width` times the scaled median absolute deviation, which counts as at least `least_spread`;
    for counts (`is_count`) also as at least the square root of the median, by which any count scatters. The figures
    asked about are in no one's band. The result holds one entry per True in `asked`, in order. O(n) each.
    """
    places = np.flatnonzero(asked)
    low = np.full(len(places), np.nan)
    high, median = low.copy(), low.copy()
    support = np.zeros(len(places), dtype=np.int64)
    usable = ~asked
    for index, place in enumerate(places):
        before = np.flatnonzero(usable[:place] & (groups[:place] == groups[place]))[-window:]
        support[index] = len(before)
        if len(before) < least:
            continue
        values = figures[before]
        middle = float(np.median(values))
        spread = _SCALE * float(np.median(np.abs(values - middle)))
        reach = width * max(spread, least_spread, middle**0.5 if is_count else 0.0)
        low[index], high[index], median[index] = middle - reach, middle + reach, middle
    return Band(low=low, high=high, median=median, support=support)
