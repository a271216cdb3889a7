"""Pictures of flows as plain geometry: what a template needs to write SVG, and nothing more."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipelines.report.signs import Point, Sign

_NARROW = frozenset("iljtfrI.,:;'|!()[]-/ ")
_BROAD = frozenset("mwMW@%&")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page by its corners."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Lane:
    """A pool or lane: a band with its name (`lines`, of a font of `size` px) at the left, or on top if `is_vertical`.

    The name stands around a line `strip` px from that side; a pool's in a strip of its own.
    """

    name: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...] = ()
    size: float = 12.0
    strip: float = 15.0
    is_pool: bool = False
    is_vertical: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """A count on a shape: a pill 20 px high from (x, y)."""

    x: float
    y: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """A shape with its text (`lines`, of a font of `size` px around `text_at`, else the middle) and its figures.

    `kind` is task, start, intermediate, end, gateway, place, silent or container (an open sub-process); beside a flow
    it is note, data, store or group. `mark` is a sign in letters, `signs` are drawn. `border` is thin, thick or double,
    `line` dashed (events) or dotted. `load` is 0 (none known) to 4 (heaviest). `below` says that the text stands
    outside the shape. `is_sum` tells that a closed sub-process bears the sums of its inside. `foot` is the baseline of
    its time where that isn't at the lower border.
    """

    element_id: str
    kind: str
    name: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...] = ()
    size: float = 12.0
    text_at: Point | None = None
    mark: str = ""
    signs: tuple[Sign, ...] = ()
    border: str = "thin"
    line: str = ""
    below: bool = False
    load: int = 0
    instances: int | None = None
    cases: int | None = None
    p50_seconds: float | None = None
    total_seconds: float | None = None
    is_sum: bool = False
    foot: float | None = None
    deviating_cases: int = 0
    badge: Badge | None = None

    @property
    def cx(self) -> float:
        """Horizontal centre."""
        return self.x + self.width / 2

    @property
    def cy(self) -> float:
        """Vertical centre."""
        return self.y + self.height / 2

    @property
    def baselines(self) -> tuple[tuple[str, Point], ...]:
        """Each line of the text with where it begins to be written: its middle, on its baseline."""
        x, y = self.text_at or (self.cx, self.cy)
        gap = line_gap(self.size)
        top = y - (len(self.lines) - 1) * gap / 2 + self.size * 0.35
        return tuple((line, (x, top + number * gap)) for number, line in enumerate(self.lines))

    @property
    def figure_at(self) -> Point:
        """Where its time is written: within a box above its markers, else below the text; middle and baseline."""
        if not self.below:
            return self.cx, self.y + self.height - 7 if self.foot is None else self.foot
        x, y = self.text_at or (self.cx, self.y + self.height + 2)
        return x, max(y + len(self.lines) * line_gap(self.size) / 2, self.y + self.height + 2) + 10

    @property
    def text_box(self) -> Box | None:
        """The room that the text takes, with the time where that stands outside."""
        has_figure = self.below and self.instances is not None
        if not self.lines and not has_figure:
            return None
        x, y = self.text_at or (self.cx, self.cy)
        half = max([text_width(line, self.size) for line in self.lines] + [24.0 if has_figure else 0.0]) / 2
        tall = len(self.lines) * line_gap(self.size) / 2
        top = y - tall if self.lines else self.figure_at[1] - 10
        return Box(x - half, top, x + half, self.figure_at[1] + 3 if has_figure else y + tall)


@dataclass(frozen=True, slots=True)
class Edge:
    """A line with an arrow head; `path` is SVG path data, `at` the place of its label (its middle).

    `lines` is the label of a drawn flow; `slash` (a default flow) and `diamond` (a condition) are path data of the
    signs at its beginning. `kind` is flow, message, association or data.
    """

    path: str
    source: str
    target: str
    name: str = ""
    kind: str = "flow"
    at: Point = (0.0, 0.0)
    lines: tuple[str, ...] = ()
    size: float = 11.0
    slash: str = ""
    diamond: str = ""
    thickness: float = 1.4
    dashed: bool = False
    instances: int | None = None
    p50_seconds: float | None = None
    labelled: bool = False

    @property
    def baselines(self) -> tuple[tuple[str, Point], ...]:
        """Each line of the label with its middle on its baseline."""
        gap = line_gap(self.size)
        top = self.at[1] - (len(self.lines) - 1) * gap / 2 + self.size * 0.35
        return tuple((line, (self.at[0], top + number * gap)) for number, line in enumerate(self.lines))

    @property
    def text_box(self) -> Box | None:
        """The room that the label takes."""
        if not self.lines:
            return None
        half = max(text_width(line, self.size) for line in self.lines) / 2
        tall = len(self.lines) * line_gap(self.size) / 2
        return Box(self.at[0] - half, self.at[1] - tall, self.at[0] + half, self.at[1] + tall)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with the box that it fills; `title` where it is one of several, `containers` lie behind the lines.

    `beside` (notes, data, stores, groups) and `links` (messages, associations) are drawn, but no part of the flow.
    """

    x: float
    y: float
    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lanes: tuple[Lane, ...] = ()
    containers: tuple[Node, ...] = ()
    beside: tuple[Node, ...] = ()
    links: tuple[Edge, ...] = ()
    title: str = ""

    @property
    def least_width(self) -> int:
        """Width under which the text gets too small to read, in steps of 200 px; 0: it may shrink."""
        if self.width <= 900:
            return 0
        return 5 if self.width <= 1750 else min(40, round(self.width * 0.8 / 200))


def text_width(text: str, size: float) -> float:
    """Estimated width in px of a text in a sans serif face: wide (CJK) characters an em, others by their kind."""
    return size * sum(_sign_width(sign) for sign in text)


def _sign_width(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    if sign in _NARROW:
        return 0.34
    if sign in _BROAD:
        return 0.88
    return 0.68 if sign.isupper() else 0.57


def line_gap(size: float) -> float:
    """From one baseline to the next, for a font of `size` px."""
    return size * 1.18


def fitted(
    text: str, *, width: float, height: float, sizes: Sequence[float] = (12.0, 11.0, 10.0, 9.0)
) -> tuple[tuple[str, ...], float]:
    """The text in lines that fill at most the box, and the size of their font.

    The largest size at which all of it fits without a word being broken; else at which it fits; else it is cut at the
    smallest.
    """
    whole = " ".join(text.split())
    for size in sizes[:2]:  # a name in Chinese characters is best read in one piece
        most = max(1, int(height / line_gap(size) + 1e-9))
        lines = wrapped(whole, width=width, size=size, most=most, keep_runs=True)
        longest = max((text_width(word.rstrip(), size) for word in _breakable(whole, keep_runs=True)), default=0.0)
        if longest <= width and not _is_cut(lines, whole):
            return lines, size
    longest = max((text_width(word.rstrip(), 1.0) for word in _breakable(whole)), default=0.0)
    fallback: tuple[tuple[str, ...], float] | None = None
    for size in sizes:
        most = max(1, int(height / line_gap(size) + 1e-9))
        lines = wrapped(whole, width=width, size=size, most=most)
        fits = not _is_cut(lines, whole)
        if fits and longest * size <= width:
            return lines, size
        if fits and fallback is None:
            fallback = (lines, size)
    return fallback or (lines, sizes[-1])


def _is_cut(lines: tuple[str, ...], whole: str) -> bool:
    return bool(lines) and lines[-1].endswith("…") and not whole.endswith("…")


def wrapped(text: str, *, width: float, size: float, most: int, keep_runs: bool = False) -> tuple[str, ...]:
    """The text in at most `most` lines of at most `width` px, broken at spaces or between CJK signs, else cut.

    With `keep_runs` it is not broken between CJK signs unless a run of them is longer than a line.
    """
    words = _breakable(" ".join(text.split()), keep_runs=keep_runs)
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


def boxed(
    nodes: tuple[Node, ...],
    edges: tuple[Edge, ...],
    lanes: tuple[Lane, ...],
    points: Sequence[Point],
    *,
    containers: tuple[Node, ...] = (),
    beside: tuple[Node, ...] = (),
    links: tuple[Edge, ...] = (),
) -> Picture:
    """The picture that just holds all of these; `points` are those of the lines."""
    shapes = (*nodes, *containers, *beside)
    boxes = [Box(node.x, node.y, node.x + node.width, node.y + node.height) for node in shapes]
    boxes += [Box(lane.x, lane.y, lane.x + lane.width, lane.y + lane.height) for lane in lanes]
    boxes += [Box(x, y, x, y) for x, y in points]
    boxes += [box for node in (*nodes, *beside) if (box := node.text_box) is not None]
    boxes += [box for edge in (*edges, *links) if (box := edge.text_box) is not None]
    for node in shapes:
        if (badge := node.badge) is not None:
            boxes.append(Box(badge.x, badge.y, badge.x + badge.width, badge.y + 20))
    left, top = min((box.left for box in boxes), default=0.0) - 12, min((box.top for box in boxes), default=0.0) - 12
    right, bottom = (
        max((b.right for b in boxes), default=100.0) + 12,
        max((b.bottom for b in boxes), default=100.0) + 12,
    )
    return Picture(left, top, right - left, bottom - top, nodes, edges, lanes, containers, beside, links)


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
    lengths = [math.hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(points)]
    left = sum(lengths) / 2
    for (start, stop), length in zip(pairwise(points), lengths, strict=True):
        if left <= length and length > 0:
            share = left / length
            return (start[0] + share * (stop[0] - start[0]), start[1] + share * (stop[1] - start[1]))
        left -= length
    return points[0] if points else (0.0, 0.0)


def _toward(start: Point, aim: Point, distance: float) -> Point:
    length = math.hypot(aim[0] - start[0], aim[1] - start[1])
    share = min(0.5, distance / length) if length else 0.0
    return (start[0] + share * (aim[0] - start[0]), start[1] + share * (aim[1] - start[1]))


_NOT_FIRST = frozenset("，。、；：？！）》」』】〉”’％…·")


def _breakable(text: str, *, keep_runs: bool = False) -> list[str]:
    words: list[str] = []
    word = ""
    in_run = False
    for sign in text:
        was_in_run, in_run = in_run, unicodedata.east_asian_width(sign) in "WF"
        if sign in _NOT_FIRST and not word and words:
            words[-1] += sign
        elif in_run:
            if keep_runs and was_in_run and words and not word:
                words[-1] += sign
                continue
            if word:
                words.append(word)
            words.append(sign)
            word = ""
        elif sign in " -/":
            words.append(word + sign)
            word = ""
        else:
            word += sign
    return [*words, word] if word else words


def _pieces(word: str, width: float, size: float) -> list[str]:
    if text_width(word.rstrip(), size) <= width:
        return [word]
    pieces: list[str] = []
    piece, room = "", width
    for sign in word:
        room -= size * _sign_width(sign)
        if room < 0 and piece:
            pieces.append(piece)
            piece, room = "", width - size * _sign_width(sign)
        piece += sign
    return [*pieces, piece]
