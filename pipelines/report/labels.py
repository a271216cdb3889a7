"""Where texts and counts stand so that they cover neither shapes nor each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mining.bpmn import Bounds
from pipelines.report.picture import Badge, Box, Edge, Node, fitted, line_gap, middle, text_width
from pipelines.report.signs import Point

Line = tuple[Point, ...]
_SIZES = (11.5, 11.0, 10.0, 9.0)


def outside_label(node: Node, drawn: Bounds | None, lines: Sequence[Line], *, is_rider: bool) -> Node:
    """An event or gateway with its name beside it: where the file puts it, else where no flow leaves.

    `is_rider` tells that it sits on the border of an activity.
    """
    if not node.name:
        return node
    if drawn is not None and _is_near(drawn, node):
        # a tool's own font is narrower or wider than ours: what it wrote in one line stays in one
        width = max(drawn.width * (1.3 if drawn.height < 20 else 1.1), 48.0)
        text, size = fitted(node.name, width=width, height=max(drawn.height + 6, 2 * line_gap(11.5)), sizes=_SIZES)
        at = (drawn.x + drawn.width / 2, drawn.y + max(drawn.height, len(text) * line_gap(size)) / 2)
        if drawn.y + drawn.height <= node.y + 2:  # above: it grows upwards
            at = (at[0], drawn.y + drawn.height - len(text) * line_gap(size) / 2)
        return replace(node, lines=text, size=size, text_at=at)
    text, size = fitted(node.name, width=104.0, height=3 * line_gap(11.5), sizes=_SIZES)
    half_wide = max(text_width(line, size) for line in text) / 2
    half_tall = len(text) * line_gap(size) / 2
    below, above = node.y + node.height + 5 + half_tall, node.y - 5 - half_tall
    if is_rider:
        at = (node.x - 2 - half_wide, below - 2)
        if not _touched(node, lines, low=True):
            at = (node.cx, below)
        return replace(node, lines=text, size=size, text_at=at)
    at = (node.cx, below)
    if _touched(node, lines, low=True):
        at = (node.cx, above)
        if _touched(node, lines, low=False):
            at = (node.x + node.width * 0.62 + half_wide + 4, below)
    return replace(node, lines=text, size=size, text_at=at)


def _is_near(label: Bounds, node: Node) -> bool:
    """Whether a stated place can be meant: some tools write places that are nowhere near."""
    x, y = label.x + label.width / 2, label.y + label.height / 2
    reach_x, reach_y = label.width / 2 + node.width / 2 + 90, label.height / 2 + node.height / 2 + 70
    return abs(x - node.cx) <= reach_x and abs(y - node.cy) <= reach_y and label.width < 600


def _touched(node: Node, lines: Sequence[Line], *, low: bool) -> bool:
    """Whether a flow meets the lower (or upper) side of a shape."""
    edge = node.y + node.height if low else node.y
    for line in lines:
        for x, y in (line[0], line[-1]):
            if abs(y - edge) < 3 and abs(x - node.cx) < node.width / 2 + 1:
                return True
    return False


def edge_label(name: str, line: Line, drawn: Bounds | None) -> tuple[tuple[str, ...], float, Point | None]:
    """The lines of a flow's name, the size of their font, and their middle."""
    if not name:
        return (), 11.0, None
    if drawn is not None:
        width = max(drawn.width * (1.3 if drawn.height < 20 else 1.1), 40.0)
        text, size = fitted(name, width=width, height=max(drawn.height + 6, 2 * line_gap(11)), sizes=(11.0, 10.0, 9.0))
        return text, size, (drawn.x + drawn.width / 2, drawn.y + drawn.height / 2)
    pieces = [(abs(x1 - x0) + abs(y1 - y0), number) for number, ((x0, y0), (x1, y1)) in enumerate(pairwise(line))]
    length, number = max(pieces, key=lambda piece: (piece[0], -piece[1]))
    (x0, y0), (x1, y1) = line[number], line[number + 1]
    is_level = abs(x1 - x0) >= abs(y1 - y0)
    text, size = fitted(
        name, width=max(length - 16, 60.0) if is_level else 110.0, height=3 * line_gap(11), sizes=(11.0, 10.0, 9.0)
    )
    x, y = middle((line[number], line[number + 1]))
    tall = len(text) * line_gap(size) / 2
    wide = max(text_width(each, size) for each in text) / 2
    return text, size, (x, y - tall - 3) if is_level else (x + wide + 5, y)


def with_badges(
    nodes: tuple[Node, ...], containers: tuple[Node, ...], edges: tuple[Edge, ...]
) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Nodes and containers with a badge where cases deviate: at a corner where it covers no text."""
    texts = [box for part in (*nodes, *containers, *edges) if (box := part.text_box) is not None]
    taken: list[Box] = []
    return (
        tuple(_with_badge(node, texts, taken) for node in nodes),
        tuple(_with_badge(node, texts, taken) for node in containers),
    )


def _with_badge(node: Node, texts: list[Box], taken: list[Box]) -> Node:
    if not node.deviating_cases:
        return node
    text = f"{node.deviating_cases:,}"
    wide = 14.0 + 7.0 * len(text)
    right, left = node.x + node.width + 9 - wide, node.x - 9
    if node.kind not in {"task", "container"}:
        right, left = node.x + node.width - 10, node.x + 10 - wide
    top, bottom = node.y - 12, node.y + node.height - 8
    corners = ((right, top), (left, top), (right, bottom), (left, bottom), (right, top - 10), (left, top - 10))
    boxes = [Box(x, y, x + wide, y + 20) for x, y in corners]
    free = (box for box in boxes if not any(box.meets(other) for other in (*texts, *taken)))
    box = next(free, boxes[4])
    taken.append(box)
    return replace(node, badge=Badge(box.left, box.top, wide, text))
