"""Pairing a skip with the same step done elsewhere."""

from __future__ import annotations

import heapq
from collections.abc import Sequence


def paired(skips: Sequence[tuple[int, str]], extras: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Move number of a skip -> move number of an extra of the same step, each used once.

    `skips` and `extras` are (move number, step), in order. The nearest two are joined first; among equally near ones
    those of the earlier skip. O(n log n) in the moves of steps that are both skipped and extra.
    """
    both = {step for _, step in skips} & {step for _, step in extras}
    if not both:
        return {}
    by_step: dict[str, list[tuple[int, bool]]] = {step: [] for step in both}
    for moves, is_skip in ((skips, True), (extras, False)):
        for number, step in moves:
            if step in both:
                by_step[step].append((number, is_skip))
    pairs: dict[int, int] = {}
    for step in sorted(both):
        pairs.update(_nearest_first(sorted(by_step[step])))
    return pairs


def _nearest_first(line: list[tuple[int, bool]]) -> dict[int, int]:
    """Pairs (skip -> extra) on a line of (place, is a skip).

    The two nearest are always neighbours among those left, so it is enough to watch neighbours.
    """
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    gone = [False] * len(line)
    watched: list[tuple[int, int, int, int]] = []

    def watch(left: int, right: int) -> None:
        if left >= 0 and right < len(line) and line[left][1] != line[right][1]:
            skip = line[left if line[left][1] else right][0]
            heapq.heappush(watched, (line[right][0] - line[left][0], skip, left, right))

    for left in range(len(line) - 1):
        watch(left, left + 1)
    pairs: dict[int, int] = {}
    while watched:
        _, _, left, right = heapq.heappop(watched)
        if gone[left] or gone[right]:
            continue
        gone[left] = gone[right] = True
        skip, extra = (left, right) if line[left][1] else (right, left)
        pairs[line[skip][0]] = line[extra][0]
        outer_left, outer_right = before[left], after[right]
        if outer_left >= 0:
            after[outer_left] = outer_right
        if outer_right < len(line):
            before[outer_right] = outer_left
        watch(outer_left, outer_right)
    return pairs
