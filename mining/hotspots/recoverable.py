"""Recoverable time: what a place took beyond what it takes in conformant cases of the recent past."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WINDOW_PERIODS = 12
LEAST_INSTANCES = 30


def reference_means(place: Ints, period: Ints, reference_n: Ints, reference_us: Ints) -> Floats:
    """The reference mean of each row in seconds: over conformant cases of the same place in the 12 periods before.

    All arrays (rows,), sorted by `place` (any number that tells place, segment and measure apart), then `period`.
    NaN where fewer than 30 instances stand behind it. O(rows log rows).
    """
    sum_n = np.concatenate([[0], np.cumsum(reference_n)])
    sum_us = np.concatenate([[0], np.cumsum(reference_us)])
    rows = np.arange(len(place))
    # one sortable key; periods are small numbers from 1
    width = int(period.max(initial=0)) + WINDOW_PERIODS + 2
    key = place * width + period
    first = np.searchsorted(key, place * width + np.maximum(period - WINDOW_PERIODS, 0), side="left")
    n = sum_n[rows] - sum_n[first]
    us = sum_us[rows] - sum_us[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = us / n / 1e6
    return np.where(n >= LEAST_INSTANCES, mean, np.nan)


def recoverable_seconds(n: Ints, total_us: Ints, reference: Floats) -> Floats:
    """max(0, n x (mean - reference mean)) in seconds; NaN without a reference."""
    result: Floats = np.maximum(0.0, total_us / 1e6 - n * reference)
    return result
