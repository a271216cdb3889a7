"""Where texts and counts stand so that they cover neither shapes nor each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mining.bpmn import Bounds
from pipelines.report.ground import Ground
from pipelines.report.picture import Badge, Box, Edge, Node, fitted, line_gap, text_width
from pipelines.report.signs import Point

_SIZES = (11.5, 11.0, 10.0, 9.0)
_SHAPE, _TEXT, _LINE = 1.0, 1.5, 2.5  # what it costs to cover a px of each
_HIDES = 0.25  # cost by area from which on a text hides too much where the file puts it


def ground_of(nodes: Sequence[Node], containers: Sequence[Node], lines: Sequence[Sequence[Point]]) -> Ground:
    """The ground with all shapes and lines on it, and the texts within shapes."""
    ground = Ground()
    for node in nodes:
        ground.add(Box(node.x, node.y, node.x + node.width, node.y + node.height), _SHAPE)
    for node in containers:
        corners = ((node.x, node.y), (node.x + node.width, node.y))
        ends = ((node.x + node.width, node.y + node.height), (node.x, node.y + node.height))
        ground.add_line((*corners, *ends, corners[0]), 1.0)
    for line in lines:
        ground.add_line(line, _LINE)
    return ground


def with_titles(containers: Sequence[Node], ground: Ground) -> tuple[Node, ...]:
    """Open sub-processes with their name at the top: in the middle, or at a side where something stands there."""
    titled = []
    for node in containers:
        box = node.text_box
        if box is None or node.text_at is None:
            titled.append(node)
            continue
        half, (_, y) = (box.right - box.left) / 2, node.text_at
        middles = (node.cx, node.x + 14 + half, node.x + node.width - 14 - half)
        tries = [replace(node, text_at=(x, y)) for x in middles]
        boxes = [found for each in tries if (found := each.text_box) is not None]
        number = ground.best(boxes)
        ground.add(boxes[number], _TEXT)
        titled.append(tries[number])
    return tuple(titled)


def outside_label(node: Node, drawn: Bounds | None, ground: Ground) -> Node:
    """An event or gateway with its name beside it: where the file puts it, else where it covers least.

    A place in the file that is nowhere near, or lies on other shapes, is not heeded. The text is put on the ground.
    """
    tries: list[Node] = []
    stated = False
    if node.name:
        if drawn is not None and _is_near(drawn, Box(node.x, node.y, node.x + node.width, node.y + node.height)):
            tries.append(_as_drawn(node, drawn))
            stated = True
        tries += _around(node)
    else:
        tries.append(node)
    boxes = [each.text_box or Box(node.cx, node.cy, node.cx, node.cy) for each in tries]
    # what the file says goes unless it hides a good part of something
    number = 0 if stated and ground.cost(boxes[0]) < _HIDES * _area(boxes[0]) else ground.best(boxes)
    if tries[number].text_box is not None:
        ground.add(boxes[number], _TEXT)
    return tries[number]


def _as_drawn(node: Node, drawn: Bounds) -> Node:
    # a tool's own font is narrower or wider than ours: what it wrote in one line stays in one
    width = max(drawn.width * (1.3 if drawn.height < 20 else 1.1), 48.0)
    text, size = fitted(node.name, width=width, height=max(drawn.height + 6, 2 * line_gap(11.5)), sizes=_SIZES)
    at = (drawn.x + drawn.width / 2, drawn.y + max(drawn.height, len(text) * line_gap(size)) / 2)
    if drawn.y + drawn.height <= node.y + 2:  # above: it grows upwards
        at = (at[0], drawn.y + drawn.height - len(text) * line_gap(size) / 2)
    return replace(node, lines=text, size=size, text_at=at)


def _around(node: Node) -> list[Node]:
    text, size = fitted(node.name, width=104.0, height=3 * line_gap(11.5), sizes=_SIZES)
    wide = max((text_width(line, size) for line in text), default=0.0) / 2
    tall = len(text) * line_gap(size) / 2
    below, above = node.y + node.height + 4 + tall, node.y - 4 - tall
    right, left = node.x + node.width * 0.7 + wide, node.x + node.width * 0.3 - wide
    places = [(node.cx, below), (node.cx, above), (right, below - 2), (left, below - 2), (right, above), (left, above)]
    places += [(node.x + node.width + 5 + wide, node.cy), (node.x - 5 - wide, node.cy)]
    return [replace(node, lines=text, size=size, text_at=place) for place in places]


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _is_near(label: Bounds, box: Box, *, far: float = 80.0) -> bool:
    """Whether a stated place can be meant: some tools write places that are nowhere near."""
    return (
        label.width < 600
        and label.x < box.right + far
        and label.x + label.width > box.left - far
        and label.y < box.bottom + far
        and label.y + label.height > box.top - far
    )


def edge_label(edge: Edge, line: Sequence[Point], drawn: Bounds | None, ground: Ground) -> Edge:
    """A flow with its name: where the file puts it, else along one of its pieces where it covers least."""
    if not edge.name:
        return edge
    near = drawn is not None and any(
        _is_near(drawn, Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), far=45.0)
        for (x0, y0), (x1, y1) in pairwise(line)
    )
    tries: list[Edge] = []
    if drawn is not None and near:
        width = max(drawn.width * (1.3 if drawn.height < 20 else 1.1), 40.0)
        text, size = fitted(
            edge.name, width=width, height=max(drawn.height + 6, 2 * line_gap(11)), sizes=(11.0, 10.0, 9.0)
        )
        tries = [replace(edge, lines=text, size=size, at=(drawn.x + drawn.width / 2, drawn.y + drawn.height / 2))]
    tries += _along(edge, line)
    boxes = [each.text_box or Box(*each.at, *each.at) for each in tries]
    number = 0 if near and ground.cost(boxes[0]) < _HIDES * _area(boxes[0]) else ground.best(boxes)
    ground.add(boxes[number], _TEXT)
    return tries[number]


def _along(edge: Edge, line: Sequence[Point]) -> list[Edge]:
    """Places beside the longest pieces of a line, on both sides of each."""
    pieces = sorted(pairwise(line), key=lambda piece: -abs(piece[1][0] - piece[0][0]) - abs(piece[1][1] - piece[0][1]))
    tries = []
    for (x0, y0), (x1, y1) in pieces[:3]:
        is_level = abs(x1 - x0) >= abs(y1 - y0)
        room = max(abs(x1 - x0) - 16, 60.0) if is_level else 110.0
        text, size = fitted(edge.name, width=min(room, 220.0), height=3 * line_gap(11), sizes=(11.0, 10.0, 9.0))
        tall = len(text) * line_gap(size) / 2 + 3
        wide = max(text_width(each, size) for each in text) / 2 + 5
        for share in (0.5, 0.3, 0.7):
            x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
            places = ((x, y - tall), (x, y + tall)) if is_level else ((x + wide, y), (x - wide, y))
            tries += [replace(edge, lines=text, size=size, at=place) for place in places]
    return tries


def with_badges(
    nodes: tuple[Node, ...], containers: tuple[Node, ...], edges: tuple[Edge, ...]
) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Nodes and containers with a badge where cases deviate: at a corner where it covers no text and no sign."""
    ground = Ground()
    texts = [part.text_box for part in (*nodes, *containers)] + [edge.text_box for edge in edges]
    for box in texts:
        if box is not None:
            ground.add(box)
    for node in nodes:
        if node.below:  # a little of an event or gateway may be covered, its middle must not
            ground.add(Box(node.x + 5, node.y + 5, node.x + node.width - 5, node.y + node.height - 5))
    return (
        tuple(_with_badge(node, ground) for node in nodes),
        tuple(_with_badge(node, ground) for node in containers),
    )


def _with_badge(node: Node, ground: Ground) -> Node:
    if not node.deviating_cases:
        return node
    text = f"{node.deviating_cases:,}"
    wide = 14.0 + 7.0 * len(text)
    if node.kind in {"task", "container"}:
        right, left, top = node.x + node.width + 9 - wide, node.x - 9, node.y - 12
        corners = [(right, top), (right, top - 8), (left, top - 8), (node.cx - wide / 2, top - 4), (left, top)]
    else:
        right, left, top = node.x + node.width - 10, node.x + 10 - wide, node.y - 12
        bottom, beside = node.y + node.height - 8, node.cy - 10
        corners = [(right, top), (left, top), (right, bottom), (left, bottom), (right, top - 10), (left, top - 10)]
        corners += [(node.x + node.width - 4, beside), (node.x + 4 - wide, beside), (node.cx - wide / 2, top - 4)]
    boxes = [Box(x, y, x + wide, y + 20) for x, y in corners]
    box = boxes[ground.best(boxes)]
    ground.add(box)
    return replace(node, badge=Badge(box.left, box.top, wide, text))
