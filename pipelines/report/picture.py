"""Pictures of flows as plain geometry: what a template needs to write SVG, and nothing more."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lane:
    """A pool or lane: a band with its name at the left."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Node:
    """A shape with its centre text (`lines`) and its figures.

    `kind` is task, start, end, event, gateway, place, transition or other; `mark` the sign inside a gateway.
    `load` is 0 (none known) to 4 (heaviest). `below` says that the text stands under the shape.
    """

    element_id: str
    kind: str
    name: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...] = ()
    mark: str = ""
    below: bool = False
    load: int = 0
    instances: int | None = None
    cases: int | None = None
    p50_seconds: float | None = None
    deviating_cases: int = 0

    @property
    def cx(self) -> float:
        """Horizontal centre."""
        return self.x + self.width / 2

    @property
    def cy(self) -> float:
        """Vertical centre."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Edge:
    """A line with an arrow head; `path` is SVG path data, `at` the place of its label."""

    path: str
    source: str
    target: str
    name: str = ""
    at: Point = (0.0, 0.0)
    thickness: float = 1.4
    dashed: bool = False
    instances: int | None = None
    p50_seconds: float | None = None
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with the box that it fills."""

    x: float
    y: float
    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lanes: tuple[Lane, ...] = ()

    @property
    def least_width(self) -> int:
        """Width under which the text gets too small to read, in steps of 200 px; 0: it may shrink."""
        if self.width <= 900:
            return 0
        return 5 if self.width <= 1750 else min(40, round(self.width * 0.8 / 200))


def text_width(text: str, size: float) -> float:
    """Estimated width in px of a text in a sans serif face: wide (CJK) characters an em, others about half."""
    wide = sum(1 for sign in text if unicodedata.east_asian_width(sign) in "WF")
    return size * (wide + 0.55 * (len(text) - wide))


def wrapped(text: str, *, width: float, size: float, most: int) -> tuple[str, ...]:
    """The text in at most `most` lines of at most `width` px, broken at spaces or between CJK signs, else cut."""
    words = _breakable(" ".join(text.split()))
    lines: list[str] = []
    line = ""
    for word in words:
        for piece in _pieces(word, width, size):
            joined = line + piece
            if line and text_width(joined.rstrip(), size) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line = joined
            if len(lines) > most:
                break
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) > most:
        lines = lines[:most]
        last = lines[-1]
        while last and text_width(last + "…", size) > width:
            last = last[:-1]
        lines[-1] = last.rstrip() + "…"
    return tuple(lines)


def with_loads(nodes: tuple[Node, ...], totals: dict[str, float]) -> tuple[Node, ...]:
    """The nodes with their load: 1 to 4 in equal steps of total time up to the heaviest; 0: none known."""
    most = max(totals.values(), default=0.0)
    if most <= 0:
        return nodes
    return tuple(
        replace(node, load=min(4, int(4 * totals[node.element_id] / most) + 1))
        if totals.get(node.element_id, 0) > 0
        else node
        for node in nodes
    )


def polyline(points: tuple[Point, ...], *, radius: float = 6.0) -> str:
    """Path data of a line through points, its corners rounded."""
    if len(points) < 2:
        return ""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start = _toward(corner, before, radius)
        stop = _toward(corner, after, radius)
        parts.append(f"L{start[0]:.1f} {start[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {stop[0]:.1f} {stop[1]:.1f}")
    parts.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(parts)


def middle(points: tuple[Point, ...]) -> Point:
    """The point half way along a line."""
    lengths = [((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 for (x0, y0), (x1, y1) in pairwise(points)]
    left = sum(lengths) / 2
    for (start, stop), length in zip(pairwise(points), lengths, strict=True):
        if left <= length and length > 0:
            share = left / length
            return (start[0] + share * (stop[0] - start[0]), start[1] + share * (stop[1] - start[1]))
        left -= length
    return points[0] if points else (0.0, 0.0)


def _toward(start: Point, aim: Point, distance: float) -> Point:
    length = ((aim[0] - start[0]) ** 2 + (aim[1] - start[1]) ** 2) ** 0.5
    share = min(0.5, distance / length) if length else 0.0
    return (start[0] + share * (aim[0] - start[0]), start[1] + share * (aim[1] - start[1]))


def _breakable(text: str) -> list[str]:
    words: list[str] = []
    word = ""
    for sign in text:
        if unicodedata.east_asian_width(sign) in "WF":
            if word:
                words.append(word)
            words.append(sign)
            word = ""
        elif sign == " ":
            words.append(word + " ")
            word = ""
        else:
            word += sign
    return [*words, word] if word else words


def _pieces(word: str, width: float, size: float) -> list[str]:
    if text_width(word.rstrip(), size) <= width:
        return [word]
    step = max(1, int(width / (size * 0.62)))
    return [word[start : start + step] for start in range(0, len(word), step)]
