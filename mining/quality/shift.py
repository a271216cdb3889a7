"""A clock that is hours off: two counts of the day's hours held against each other, turned hour by hour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

LEAST_EVENTS = 200


def hour_shift(usual: Ints, found: Ints) -> int:
    """By how many hours (-11 to 12) the hours `found` lie later than the `usual` ones; 0 where none can be told.

    Both (24,): events by hour of the day. A shift is told from 200 events on either side, where the turned counts
    overlap in nine tenths, and half as much or less as they are. O(24 x 24).
    """
    if usual.sum() < LEAST_EVENTS or found.sum() < LEAST_EVENTS:
        return 0
    before, now = usual / usual.sum(), found / found.sum()
    overlaps = np.array([float(np.minimum(before, np.roll(now, -hours)).sum()) for hours in range(24)])
    best = int(np.argmax(overlaps))
    if best == 0 or overlaps[best] < 0.9 or overlaps[0] > 0.5 * overlaps[best]:
        return 0
    return best if best <= 12 else best - 24
