"""Ten million long durations sum to more than 63 bits of microseconds."""

from __future__ import annotations

import numpy as np

from mining.hotspots.counts import GroupedCounts, figures


def test_sums_beyond_63_bits_do_not_wrap() -> None:
    us = np.array([6 * 10**18, 6 * 10**18, 5], dtype=np.int64)
    ones = np.ones(3, dtype=np.int64)
    counts = GroupedCounts(
        starts=np.array([0, 2]), seconds=ones, n=ones, total_us=us, reference_n=ones, reference_us=us
    )
    assert figures(counts).total_us.tolist() == [12 * 10**18, 5]
    assert figures(counts).reference_us.tolist() == [12 * 10**18, 5]
