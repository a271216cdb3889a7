"""Statistics of grouped duration counts: sums and exact quantiles, on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GroupedCounts:
    """Durations counted per whole second, group by group.

    `starts` (groups,) is the first row of each group; the other arrays run over rows: `seconds` ascending within a
    group, `n` instances of that second, `extra_us` the sum of their microseconds beyond it, and the same two over
    the reference cases. So n x seconds + extra_us / 10^6 is exact, and no row passes 63 bits however many
    instances last equally long.
    """

    starts: Ints
    seconds: Ints
    n: Ints
    extra_us: Ints
    reference_n: Ints
    reference_extra_us: Ints


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One value per group: instances, exact sum in microseconds, quantiles in whole seconds, reference sums."""

    n: Ints
    total_us: Ints
    p50_seconds: Ints
    p90_seconds: Ints
    p95_seconds: Ints
    reference_n: Ints
    reference_us: Ints


def cut_at_changes(*keys: Ints) -> Ints:
    """The first row of each run of rows with equal keys, all arrays (rows,). O(rows)."""
    change = np.zeros(len(keys[0]), dtype=bool)
    for values in keys:
        change[1:] |= values[1:] != values[:-1]
    change[:1] = True
    return np.flatnonzero(change).astype(np.int64)


def merge_shares(keys: tuple[Ints, ...], n: Ints, *sums: Ints) -> tuple[tuple[Ints, ...], tuple[Ints, ...]]:
    """Add up the shares of each key, which follow each other; keys whose instances were all taken out are left out.

    `keys`, `n` (instances, negative where a share was taken out) and `sums` run over rows. The keys that remain, and
    their sums, `n` first. O(rows), exact.
    """
    starts = cut_at_changes(*keys)
    if len(starts) == 0:
        return keys, (n, *sums)
    added = [values if len(starts) == len(n) else np.add.reduceat(values, starts) for values in (n, *sums)]
    stays = added[0] != 0
    return tuple(values[starts][stays] for values in keys), tuple(values[stays] for values in added)


def figures(counts: GroupedCounts) -> GroupFigures:
    """Sum up each group. Quantiles are the inverse of the distribution function (Hyndman and Fan 1996, type 1): the
    least duration that at least the share q of the instances doesn't exceed, in whole seconds (rounded down).

    O(rows + groups log rows), exact, independent of the order of groups.
    """
    if len(counts.starts) == 0:
        empty = np.empty(0, dtype=np.int64)
        return GroupFigures(empty, empty, empty, empty, empty, empty, empty)
    n = np.add.reduceat(counts.n, counts.starts)
    running = np.cumsum(counts.n)
    before = running[counts.starts] - counts.n[counts.starts]
    return GroupFigures(
        n=n,
        total_us=_summed(counts.n, counts.seconds, counts.extra_us, counts.starts),
        p50_seconds=_quantile(counts, running, before, n, 50),
        p90_seconds=_quantile(counts, running, before, n, 90),
        p95_seconds=_quantile(counts, running, before, n, 95),
        reference_n=np.add.reduceat(counts.reference_n, counts.starts),
        reference_us=_summed(counts.reference_n, counts.seconds, counts.reference_extra_us, counts.starts),
    )


def _summed(n: Ints, seconds: Ints, extra_us: Ints, starts: Ints) -> Ints:
    """Microseconds per group; where they might pass 63 bits, summed exactly and then rounded once to floating point."""
    whole, rest = float((n.astype(np.float64) * seconds).sum()), float(extra_us.sum(dtype=np.float64))
    if whole * 1e6 + rest < 2.0**62:
        return np.add.reduceat(n * seconds * 1_000_000 + extra_us, starts)
    if whole < 2.0**62 and rest < 2.0**62:
        # seconds and the rest each fit: only their sums, one per group, are numbers without bounds
        of_groups = np.add.reduceat(n * seconds, starts).astype(object) * 1_000_000 + np.add.reduceat(extra_us, starts)
    else:
        of_groups = np.add.reduceat(n.astype(object) * seconds, starts) * 1_000_000 + np.add.reduceat(
            extra_us.astype(object), starts
        )
    exact: Ints = of_groups.astype(np.float64)
    return exact


def _quantile(counts: GroupedCounts, running: Ints, before: Ints, n: Ints, percent: int) -> Ints:
    # the wanted rank is ceil(n * percent / 100), in whole numbers so that no rounding decides
    rank = np.maximum(1, -((-n * percent) // 100))
    row = np.searchsorted(running, before + rank, side="left")
    return counts.seconds[row]
