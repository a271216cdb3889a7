"""What a file draws around a flow: notes, data, groups, closed pools, messages. It says nothing about order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.diagram import bounds_of, label_of, points_of
from mining.bpmn.drawing import Bounds, Drawing
from mining.bpmn.triggers import bare, text_of
from mining.document import local_name, read_document, spaced

_NEAR = 40.0
_BOXES = {
    "textAnnotation": "note",
    "dataObjectReference": "data",
    "dataObject": "data",
    "dataInput": "data",
    "dataOutput": "data",
    "dataStoreReference": "store",
    "group": "group",
}
_LINES = {
    "messageFlow": "message",
    "association": "association",
    "dataInputAssociation": "data",
    "dataOutputAssociation": "data",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """Something drawn beside the flow: `kind` is note, data, store, group or pool."""

    element_id: str
    kind: str
    name: str
    bounds: Bounds
    page: int
    label: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A line that is no sequence flow: `kind` is message, association or data."""

    element_id: str
    kind: str
    name: str
    waypoints: tuple[tuple[float, float], ...]
    page: int
    label: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of that, in the order of the page."""

    boxes: tuple[Beside, ...] = ()
    links: tuple[Link, ...] = ()


def read_surroundings(xml: bytes, drawing: Drawing) -> Surroundings:
    """What the file of `drawing` draws around it.

    Other participants are told where a message joins them with the flow and nothing of their inside is drawn; what
    stands far from the flow is left out; lines are told where both of their ends are. Raises MiningError where the file
    can't be read. Linear in the file.
    """
    root = read_document(xml, source=drawing.source, kind="BPMN 2.0")
    own = {node.id for node in drawing.nodes} | {flow.id for flow in drawing.flows}
    own |= {lane.id for lane in drawing.lanes}
    own |= {pool.id for pool in drawing.pools if pool.process_id == drawing.process_id}
    kinds: dict[str, tuple[str, str]] = {}
    lines: dict[str, tuple[str, etree._Element]] = {}
    values = {
        value.get("id") or "": spaced(value.get("value")) for value in root.iter(f"{{{vocabulary.MODEL}}}categoryValue")
    }
    for element in _parts(root, drawing.process_id):
        tag, identity = local_name(element), element.get("id") or ""
        if tag in _BOXES:
            name = text_of(element) if tag == "textAnnotation" else spaced(element.get("name"))
            kinds[identity] = (_BOXES[tag], name or values.get(bare(element.get("categoryValueRef")), ""))
        elif tag in _LINES:
            lines[identity] = (_LINES[tag], element)
    drawn = _with_inside(root)
    met = {end for kind, line in lines.values() if kind == "message" and own & {*_ends(line)} for end in _ends(line)}
    for pool in drawing.pools:
        if pool.id in met - own and pool.process_id not in drawn:
            kinds[pool.id] = ("pool", pool.name)
    boxes: list[Beside] = []
    links: list[Link] = []
    for page, diagram in enumerate(root.iter(f"{{{vocabulary.DIAGRAM}}}BPMNDiagram")):
        extent = _extent([shape.bounds for shape in drawing.shapes if shape.page == page])
        for shape in diagram.iter(f"{{{vocabulary.DIAGRAM}}}BPMNShape"):
            identity = bare(shape.get("bpmnElement"))
            bounds = bounds_of(shape)
            if identity in kinds and bounds is not None:
                kind, name = kinds[identity]
                if kind == "pool" or _is_near(bounds, extent):
                    boxes.append(Beside(identity, kind, name, bounds, page, label_of(shape)))
        shown = own | {box.element_id for box in boxes}
        for edge in diagram.iter(f"{{{vocabulary.DIAGRAM}}}BPMNEdge"):
            identity = bare(edge.get("bpmnElement"))
            points = points_of(edge)
            if identity in lines and points is not None:
                kind, element = lines[identity]
                if kind == "data" or all(end in shown for end in _ends(element)):
                    name = spaced(element.get("name"))
                    links.append(Link(identity, kind, name, points, page, label_of(edge)))
    return Surroundings(tuple(boxes), tuple(links))


def _extent(boxes: list[Bounds]) -> Bounds | None:
    if not boxes:
        return None
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return Bounds(left, top, right - left, bottom - top)


def _is_near(box: Bounds, extent: Bounds | None) -> bool:
    """Whether a box stands by the flow and not by another one of the same page."""
    return extent is not None and (
        box.x < extent.x + extent.width + _NEAR
        and extent.x - _NEAR < box.x + box.width
        and box.y < extent.y + extent.height + _NEAR
        and extent.y - _NEAR < box.y + box.height
    )


def _parts(root: etree._Element, process_id: str) -> Iterator[etree._Element]:
    """Everything of collaborations and of the process, at any depth, but for tools' own additions."""
    for top in root:
        is_ours = isinstance(top.tag, str) and (
            local_name(top) == "collaboration" or (local_name(top) == "process" and top.get("id") == process_id)
        )
        if is_ours:
            yield from top.iter(f"{{{vocabulary.MODEL}}}*")


def _ends(element: etree._Element) -> tuple[str, str]:
    return bare(element.get("sourceRef")), bare(element.get("targetRef"))


def _with_inside(root: etree._Element) -> set[str]:
    """Ids of the processes of which something is drawn."""
    shown = {bare(shape.get("bpmnElement")) for shape in root.iter(f"{{{vocabulary.DIAGRAM}}}BPMNShape")}
    return {
        process.get("id") or ""
        for process in root.iterfind(f"{{{vocabulary.MODEL}}}process")
        if any(child.get("id") in shown for child in process)
    }
