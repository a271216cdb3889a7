"""The page of a BPMN file: boxes and lines as they were drawn (BPMN 2.0.2, section 12)."""

from __future__ import annotations

import math

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.drawing import Bounds, Edge, Ignored, Shape


def read_diagram(
    root: etree._Element, *, boxes: set[str], lines: set[str], ignored: list[Ignored]
) -> tuple[tuple[Shape, ...], tuple[Edge, ...]]:
    """Shapes of the elements in `boxes` and edges of those in `lines`; the first of each counts.

    A shape or edge whose numbers can't be read is noted in `ignored`.
    """
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    for element in root.iter(f"{{{vocabulary.DIAGRAM}}}BPMNShape"):
        identity = (element.get("bpmnElement") or "").split(":")[-1]
        if identity not in boxes or identity in shapes:
            continue
        bounds = _bounds(element.find(f"{{{vocabulary.BOUNDS}}}Bounds"))
        if bounds is None:
            ignored.append(Ignored(identity, "BPMNShape", "its place on the page can't be read"))
        else:
            shapes[identity] = Shape(identity, bounds)
    for element in root.iter(f"{{{vocabulary.DIAGRAM}}}BPMNEdge"):
        identity = (element.get("bpmnElement") or "").split(":")[-1]
        if identity not in lines or identity in edges:
            continue
        points = [_point(point) for point in element.iterfind(f"{{{vocabulary.POINTS}}}waypoint")]
        kept = tuple(point for point in points if point is not None)
        if len(kept) < 2 or len(kept) < len(points):
            ignored.append(Ignored(identity, "BPMNEdge", "its place on the page can't be read"))
        else:
            edges[identity] = Edge(identity, kept)
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
