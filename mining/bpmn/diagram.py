"""The page of a BPMN file: boxes and lines as they were drawn (BPMN 2.0.2, section 12)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.drawing import Bounds, Edge, Ignored, Node, Shape
from mining.bpmn.triggers import bare
from mining.document import spaced


def read_diagram(
    root: etree._Element, *, nodes: Sequence[Node], others: set[str], lines: set[str], ignored: list[Ignored]
) -> tuple[tuple[Shape, ...], tuple[Edge, ...]]:
    """Shapes of `nodes` and of `others` (lanes and pools), and edges of the flows `lines`; the first of each counts.

    A shape or edge whose numbers can't be read is noted in `ignored`.
    """
    boxes = {node.id for node in nodes} | others
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    closed: dict[str, bool] = {}
    for page, diagram in enumerate(root.iter(f"{{{vocabulary.DIAGRAM}}}BPMNDiagram")):
        for element in diagram.iter(f"{{{vocabulary.DIAGRAM}}}BPMNShape"):
            identity = bare(element.get("bpmnElement"))
            if identity not in boxes or identity in shapes:
                continue
            bounds = _bounds(element.find(f"{{{vocabulary.BOUNDS}}}Bounds"))
            if bounds is None:
                ignored.append(Ignored(identity, "BPMNShape", "its place on the page can't be read"))
                continue
            shapes[identity] = Shape(identity, bounds, page)
            if element.get("isExpanded"):
                closed[identity] = spaced(element.get("isExpanded")) in {"false", "0"}
        for element in diagram.iter(f"{{{vocabulary.DIAGRAM}}}BPMNEdge"):
            identity = bare(element.get("bpmnElement"))
            if identity not in lines or identity in edges:
                continue
            points = [_point(point) for point in element.iterfind(f"{{{vocabulary.POINTS}}}waypoint")]
            kept = tuple(point for point in points if point is not None)
            if len(kept) < 2 or len(kept) < len(points):
                ignored.append(Ignored(identity, "BPMNEdge", "its place on the page can't be read"))
            else:
                edges[identity] = Edge(identity, kept, page)
    shown = {(node.scope, shapes[node.id].page) for node in nodes if node.id in shapes}
    for node in nodes:
        shape = shapes.get(node.id)
        # Not every tool says so: it is closed where nothing of its inside is on the same page.
        if node.is_expanded and shape is not None and closed.get(node.id, (node.id, shape.page) not in shown):
            shapes[node.id] = replace(shape, is_closed=True)
    return tuple(shapes.values()), tuple(edges.values())


def _numbers(element: etree._Element | None, names: tuple[str, ...]) -> list[float] | None:
    if element is None:
        return None
    try:
        numbers = [float(element.get(name, "")) for name in names]
    except ValueError:
        return None
    return numbers if all(math.isfinite(number) for number in numbers) else None


def _bounds(element: etree._Element | None) -> Bounds | None:
    numbers = _numbers(element, ("x", "y", "width", "height"))
    if numbers is None or numbers[2] <= 0 or numbers[3] <= 0:
        return None
    return Bounds(*numbers)


def _point(element: etree._Element) -> tuple[float, float] | None:
    numbers = _numbers(element, ("x", "y"))
    return None if numbers is None else (numbers[0], numbers[1])
