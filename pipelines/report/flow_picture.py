"""The designed flow as drawn: its own diagram coordinates, with deviations and times on its elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mining.bpmn import Drawing, read_bpmn, read_surroundings
from mining.bpmn.layered import place_in_layers
from mining.petri import Net, read_pnml
from pipelines.report.drawing_picture import drawing_pictures
from pipelines.report.figures import Figures, held_by
from pipelines.report.labels import with_badges
from pipelines.report.picture import Edge, Node, Picture, boxed, fitted, middle, polyline
from pipelines.report.signs import Point
from warehouse.reading.rows import ElementDeviationsRow, ElementTimesRow


def draw_flow(
    text: str,
    *,
    source: str,
    times: Mapping[str, ElementTimesRow],
    deviations: Mapping[str, ElementDeviationsRow],
    participant: str | None = None,
    called_flows: Iterable[str] = (),
) -> tuple[Picture, ...]:
    """The pictures of a designed flow (BPMN 2.0 or PNML text) with figures by element id.

    The first is the flow itself; the others are the insides of sub-processes and called processes that are drawn apart
    from it. `participant` is the one whose flow it is, `called_flows` are further BPMN texts with what it may call.
    Raises `MiningError` when the text is neither, or holds an element that can't be honoured.
    """
    content = text.encode("utf-8")
    if _is_net(text):
        return (_net_picture(read_pnml(content, source=source), Figures(times, deviations, {})),)
    drawing = _read(text, source=source, participant=participant, called_flows=called_flows)
    figures = Figures(times, deviations, held_by(drawing))
    return drawing_pictures(drawing, figures, read_surroundings(content, drawing))


def element_names(
    text: str, *, source: str, participant: str | None = None, called_flows: Iterable[str] = ()
) -> dict[str, str]:
    """The names of the steps of a designed flow by element id; raises `MiningError` as `draw_flow` does."""
    content = text.encode("utf-8")
    if _is_net(text):
        return {row.id: row.label for row in read_pnml(content, source=source).transitions if row.label}
    drawing = _read(text, source=source, participant=participant, called_flows=called_flows)
    return {node.id: node.name for node in drawing.nodes if node.name}


def _read(text: str, *, source: str, participant: str | None, called_flows: Iterable[str]) -> Drawing:
    others = [(f"{source}, called flow {number}", flow.encode("utf-8")) for number, flow in enumerate(called_flows, 1)]
    return read_bpmn(text.encode("utf-8"), source=source, participant=participant, others=others)


def _is_net(text: str) -> bool:
    return "pnml" in text[:2000].lower() and "BPMN/20100524" not in text[:4000]


def _net_picture(net: Net, figures: Figures) -> Picture:
    """A net has no agreed page layout, so it is laid out in layers; silent transitions are thin bars."""
    names = [*(place.id for place in net.places), *(transition.id for transition in net.transitions)]
    known = set(names)
    arcs = [(arc.source, arc.target) for arc in net.arcs if arc.source in known and arc.target in known]
    placed = place_in_layers(names, arcs, layer_gap=104, node_gap=74)
    marked = {place for place, _ in net.initial}
    nodes = []
    for place in net.places:
        x, y = placed.centres[place.id]
        nodes.append(
            Node(place.id, "place", place.name, x - 13, y - 13, 26, 26, mark="●" if place.id in marked else "")
        )
    for transition in net.transitions:
        x, y = placed.centres[transition.id]
        if transition.label is None:
            nodes.append(Node(transition.id, "silent", "", x - 5, y - 18, 10, 36))
            continue
        node = figures.on(Node(transition.id, "task", transition.label, x - 56, y - 29, 112, 58))
        room = 32.0 if node.instances is not None else 48.0
        lines, size = fitted(transition.label, width=102, height=room)
        nodes.append(replace(node, lines=lines, size=size, text_at=(x, y - 24 + room / 2)))
    of_id = {node.element_id: node for node in nodes}
    edges: list[Edge] = []
    points: list[Point] = []
    for (source, target), way, backward in zip(arcs, placed.ways, placed.backward, strict=True):
        start, stop = of_id[source], of_id[target]
        if backward:
            line = ((start.x, start.cy), *way, (stop.x + stop.width, stop.cy))
        else:
            line = ((start.x + start.width, start.cy), *way, (stop.x, stop.cy))
        points.extend(line)
        edges.append(Edge(path=polyline(line, radius=14), source=source, target=target, at=middle(line)))
    counted, _ = with_badges(tuple(nodes), (), tuple(edges))
    return boxed(counted, tuple(edges), (), points)
