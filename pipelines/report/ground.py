"""What already stands where on a picture, so that a text finds free ground."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipelines.report.picture import Box
from pipelines.report.signs import Point

_CELL = 160.0
_MOST_CELLS = 400  # a box over more cells than this is kept in one list for all


class Ground:
    """Boxes with a weight; finding what lies under a box looks at its neighbourhood only."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[int, Box, float]]] = {}
        self._wide: list[tuple[int, Box, float]] = []
        self._count = 0

    def add(self, box: Box, weight: float = 1.0) -> None:
        """Occupy a box; covering all of it costs its area times `weight`."""
        entry = (self._count, box, weight)
        self._count += 1
        cells = list(self._cells_of(box))
        if not cells:
            self._wide.append(entry)
        for cell in cells:
            self._cells.setdefault(cell, []).append(entry)

    def add_line(self, line: Sequence[Point], weight: float = 1.0) -> None:
        """Occupy a line 3 px wide; a slanted piece counts as small boxes along it."""
        for (x0, y0), (x1, y1) in pairwise(line):
            slanted = abs(x1 - x0) > 2 and abs(y1 - y0) > 2
            count = min(60, int(max(abs(x1 - x0), abs(y1 - y0)) / 12) + 1) if slanted else 1
            for number in range(count):
                low, high = number / count, (number + 1) / count
                xs = sorted((x0 + (x1 - x0) * low, x0 + (x1 - x0) * high))
                ys = sorted((y0 + (y1 - y0) * low, y0 + (y1 - y0) * high))
                self.add(Box(xs[0] - 1.5, ys[0] - 1.5, xs[1] + 1.5, ys[1] + 1.5), weight)

    def cost(self, box: Box) -> float:
        """The weighted area that a box would cover."""
        found: dict[int, float] = {}
        for cell in self._cells_of(box):
            for number, other, weight in self._cells.get(cell, ()):
                found[number] = weight * _shared(box, other)
        return sum(found.values()) + sum(weight * _shared(box, other) for _, other, weight in self._wide)

    def best(self, boxes: Iterable[Box]) -> int:
        """The number of the box that covers least, the first of equals."""
        costs = [self.cost(box) for box in boxes]
        return costs.index(min(costs))

    def _cells_of(self, box: Box) -> Iterator[tuple[int, int]]:
        left, right = int(box.left // _CELL), int(box.right // _CELL)
        top, bottom = int(box.top // _CELL), int(box.bottom // _CELL)
        if (right - left + 1) * (bottom - top + 1) > _MOST_CELLS:
            return
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                yield column, row


def _shared(one: Box, other: Box) -> float:
    wide = min(one.right, other.right) - max(one.left, other.left)
    tall = min(one.bottom, other.bottom) - max(one.top, other.top)
    return wide * tall if wide > 0 and tall > 0 else 0.0
