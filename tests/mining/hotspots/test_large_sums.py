"""Ten million long durations sum to more than 63 bits of microseconds."""

from __future__ import annotations

import numpy as np

from mining.hotspots.counts import GroupedCounts, figures


def test_sums_beyond_63_bits_do_not_wrap() -> None:
    seconds = np.array([6 * 10**8, 6 * 10**8, 0], dtype=np.int64)
    n = np.array([10**4, 10**4, 1], dtype=np.int64)
    extra = np.array([0, 0, 5], dtype=np.int64)
    counts = GroupedCounts(
        starts=np.array([0, 2]), seconds=seconds, n=n, extra_us=extra, reference_n=n, reference_extra_us=extra
    )
    assert figures(counts).total_us.tolist() == [12 * 10**18, 5]
    assert figures(counts).reference_us.tolist() == [12 * 10**18, 5]
