"""The page of a BPMN file: boxes and lines as they were drawn (BPMN 2.0.2, section 12)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.drawing import SUB_PROCESSES, Bounds, Edge, Ignored, Node, Shape
from mining.bpmn.triggers import bare
from mining.document import spaced

_BOUNDS = f"{{{vocabulary.BOUNDS}}}Bounds"
_WIDEST_CLOSED = 160.0
_LABEL = f"{{{vocabulary.DIAGRAM}}}BPMNLabel"


@dataclass(slots=True)
class _Page:
    """What has been found so far, by the id in the file; lives only inside read_diagram."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    closed: dict[str, bool] = field(default_factory=dict)


LARGEST = 1_000_000.0
"""Coordinates of a page, in its own units, mostly pixels."""
SMALLEST = 0.01
"""Width and height of a shape."""


def read_diagram(
    root: etree._Element, *, nodes: Sequence[Node], others: set[str], lines: set[str], ignored: list[Ignored]
) -> tuple[tuple[Shape, ...], tuple[Edge, ...]]:
    """Shapes of `nodes` and of `others` (lanes and pools), and edges of the flows `lines`; the first of each counts.

    A process of the same file that is called is drawn for each call of it. A shape or edge whose numbers can't be
    read is noted in `ignored`.
    """
    called = _called_parts(root, nodes)
    named = {node.id: _in_file(node.id, called) for node in nodes} | {identity: identity for identity in others}
    drawn = {line: _in_file(line, called) for line in sorted(lines)}
    page = _read_pages(root, boxes=set(named.values()), lines=set(drawn.values()), ignored=ignored)
    shapes = {
        identity: replace(page.shapes[name], element_id=identity) for identity, name in _in_order(named, page.shapes)
    }
    edges = {
        identity: replace(page.edges[name], element_id=identity) for identity, name in _in_order(drawn, page.edges)
    }
    held: dict[tuple[str, int], list[Bounds]] = {}
    for node in nodes:
        if node.id in shapes:
            held.setdefault((node.scope, shapes[node.id].page), []).append(shapes[node.id].bounds)
    for node in nodes:
        shape = shapes.get(node.id)
        if shape is not None and (node.is_expanded or node.type in SUB_PROCESSES):
            inside = held.get((node.id, shape.page), ())
            # Not every tool says so: it is closed where nothing of its inside is on the same page, or it is small. And
            # one that is said to be closed is not, where its whole inside stands in it.
            is_open = bool(inside) if node.is_expanded else shape.bounds.width > _WIDEST_CLOSED
            if node.is_expanded and inside and all(_within(box, shape.bounds) for box in inside):
                stated = False
            else:
                stated = page.closed.get(named[node.id], not is_open)
            if stated or node.type == "callActivity":
                shapes[node.id] = replace(shape, is_closed=True)
    return tuple(shapes.values()), tuple(edges.values())


def _read_pages(root: etree._Element, *, boxes: set[str], lines: set[str], ignored: list[Ignored]) -> _Page:
    found = _Page()
    for number, diagram in enumerate(root.iter(f"{{{vocabulary.DIAGRAM}}}BPMNDiagram")):
        for element in diagram.iter(f"{{{vocabulary.DIAGRAM}}}BPMNShape"):
            identity = bare(element.get("bpmnElement"))
            if identity not in boxes or identity in found.shapes:
                continue
            bounds = bounds_of(element)
            if bounds is None:
                ignored.append(Ignored(identity, "BPMNShape", "its place on the page can't be read"))
                continue
            is_vertical = spaced(element.get("isHorizontal")) in {"false", "0"}
            found.shapes[identity] = Shape(identity, bounds, number, label=label_of(element), is_vertical=is_vertical)
            if element.get("isExpanded"):
                found.closed[identity] = spaced(element.get("isExpanded")) in {"false", "0"}
        for element in diagram.iter(f"{{{vocabulary.DIAGRAM}}}BPMNEdge"):
            identity = bare(element.get("bpmnElement"))
            if identity not in lines or identity in found.edges:
                continue
            points = points_of(element)
            if points is None:
                ignored.append(Ignored(identity, "BPMNEdge", "its place on the page can't be read"))
            else:
                found.edges[identity] = Edge(identity, points, number, label=label_of(element))
    return found


def _called_parts(root: etree._Element, nodes: Iterable[Node]) -> dict[str, frozenset[str]]:
    """For each expanded call of a process of this file, the ids of what stands in that process."""
    processes = {
        process.get("id") or "": process
        for process in root.iterfind(f"{{{vocabulary.MODEL}}}process")
        if process.get("id")
    }
    parts: dict[str, frozenset[str]] = {}
    of_process: dict[str, frozenset[str]] = {}
    for node in nodes:
        process = processes.get(bare(node.called)) if node.type == "callActivity" and node.is_expanded else None
        if process is None:
            continue
        name = bare(node.called)
        if name not in of_process:
            of_process[name] = frozenset(
                identity for part in process.iter(f"{{{vocabulary.MODEL}}}*") if (identity := part.get("id"))
            )
        parts[node.id] = of_process[name]
    return parts


def _in_file(identity: str, called: dict[str, frozenset[str]]) -> str:
    """The id that an element bears in this file; one of another file keeps its prefix, and so is found nowhere."""
    call, _, own = identity.rpartition("/")
    return own if own in called.get(call, ()) else identity


def _in_order(wanted: dict[str, str], found: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(id, id in the file) of what is wanted, in the order in which the file draws it."""
    of_name: dict[str, list[str]] = {}
    for identity, name in wanted.items():
        of_name.setdefault(name, []).append(identity)
    for name in found:
        for identity in of_name.get(name, ()):
            yield identity, name


def _numbers(element: etree._Element | None, names: tuple[str, ...]) -> list[float] | None:
    if element is None:
        return None
    try:
        numbers = [float(element.get(name, "")) for name in names]
    except ValueError:
        return None
    # a page of a kilometre is a slip of a tool, and its squares would leave floating point
    return numbers if all(math.isfinite(number) and abs(number) <= LARGEST for number in numbers) else None


def bounds_of(element: etree._Element) -> Bounds | None:
    """The box of a shape or label; None where it has none that can be read."""
    numbers = _numbers(element.find(_BOUNDS), ("x", "y", "width", "height"))
    if numbers is None or min(numbers[2:]) < SMALLEST:
        return None
    return Bounds(*numbers)


def label_of(element: etree._Element) -> Bounds | None:
    """Where the name of a shape or edge stands, if the file says so."""
    label = element.find(_LABEL)
    return None if label is None else bounds_of(label)


def points_of(element: etree._Element) -> tuple[tuple[float, float], ...] | None:
    """The points of an edge; None where they are fewer than two or can't all be read."""
    points = [_point(point) for point in element.iterfind(f"{{{vocabulary.POINTS}}}waypoint")]
    kept = tuple(point for point in points if point is not None)
    return None if len(kept) < 2 or len(kept) < len(points) else kept


def _within(box: Bounds, around: Bounds) -> bool:
    return (
        around.x <= box.x
        and around.y <= box.y
        and box.x + box.width <= around.x + around.width
        and box.y + box.height <= around.y + around.height
    )


def _point(element: etree._Element) -> tuple[float, float] | None:
    numbers = _numbers(element, ("x", "y"))
    return None if numbers is None else (numbers[0], numbers[1])
