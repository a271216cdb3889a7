"""Notes, data, groups, closed pools and messages as BPMN draws them (BPMN 2.0.2, sections 7.4, 9.3, 10.4)."""

from __future__ import annotations

from dataclasses import replace

from mining.bpmn import Beside, Link
from pipelines.report.picture import Edge, Lane, Node, fitted, polyline


def drawn_beside(box: Beside) -> Node | None:
    """A note, data object, store or group; None for a pool, which is a band."""
    if box.kind == "pool":
        return None
    bounds = box.bounds
    node = Node(box.element_id, box.kind, box.name, bounds.x, bounds.y, bounds.width, bounds.height)
    if box.kind in {"data", "store"}:
        return replace(node, below=True)
    if box.kind == "group":
        lines, size = fitted(box.name, width=max(bounds.width - 16, 30), height=28)
        at = (node.cx, bounds.y + 8 + len(lines) * size * 0.59)
    else:
        lines, size = fitted(box.name, width=max(bounds.width - 12, 30), height=max(bounds.height - 4, 14))
        at = (node.cx + 3, node.cy)
    return replace(node, lines=lines, size=size, text_at=at)


def closed_pool(box: Beside) -> Lane:
    """A participant whose inside isn't drawn: its name stands in the middle."""
    bounds = box.bounds
    is_tall = bounds.height > bounds.width
    length = bounds.height if is_tall else bounds.width
    lines, size = fitted(box.name, width=max(length - 12, 30), height=28)
    strip = (bounds.width if is_tall else bounds.height) / 2
    return Lane(
        box.name,
        bounds.x,
        bounds.y,
        bounds.width,
        bounds.height,
        lines=lines,
        size=size,
        strip=strip,
        is_vertical=not is_tall,
    )


def drawn_link(link: Link) -> Edge:
    """A message, an association or a flow of data."""
    return Edge(path=polyline(link.waypoints), source="", target="", name=link.name, kind=link.kind)
