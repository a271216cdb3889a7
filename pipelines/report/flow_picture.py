"""The designed flow as drawn: its own diagram coordinates, with deviations and times on its elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mining.bpmn import Drawing, layout, read_bpmn
from mining.petri import Net, read_pnml
from mining.bpmn.layered import place_in_layers
from pipelines.report.picture import Edge, Lane, Node, Picture, Point, middle, polyline, with_loads, wrapped
from warehouse.reading.rows import ElementDeviationsRow, ElementTimesRow


def draw_flow(
    text: str,
    *,
    source: str,
    times: Mapping[str, ElementTimesRow],
    deviations: Mapping[str, ElementDeviationsRow],
) -> Picture:
    """The picture of a designed flow (BPMN 2.0 or PNML text) with figures by element id.

    Raises `MiningError` when the text is neither, or holds an element that can't be honoured.
    """
    content = text.encode("utf-8")
    if _is_net(text):
        picture = _net_picture(read_pnml(content, source=source))
    else:
        picture = _drawing_picture(layout(read_bpmn(content, source=source)))
    nodes = tuple(_with_figures(node, times, deviations) for node in picture.nodes)
    totals = {key: row.total_seconds or 0.0 for key, row in times.items()}
    return replace(picture, nodes=with_loads(nodes, totals))


def element_names(text: str, *, source: str) -> dict[str, str]:
    """The names of the steps of a designed flow by element id; raises `MiningError` as `draw_flow` does."""
    content = text.encode("utf-8")
    if _is_net(text):
        return {row.id: row.label for row in read_pnml(content, source=source).transitions if row.label}
    return {node.id: node.name for node in read_bpmn(content, source=source).nodes if node.name}


def _is_net(text: str) -> bool:
    return "pnml" in text[:2000].lower() and "BPMN/20100524" not in text[:4000]


def _with_figures(
    node: Node, times: Mapping[str, ElementTimesRow], deviations: Mapping[str, ElementDeviationsRow]
) -> Node:
    row, found = times.get(node.element_id), deviations.get(node.element_id)
    if row is not None:
        node = replace(node, instances=row.instances, cases=row.cases, p50_seconds=row.p50_seconds)
    return node if found is None else replace(node, deviating_cases=found.cases)


def _drawing_picture(drawing: Drawing) -> Picture:
    bounds = {shape.element_id: shape.bounds for shape in drawing.shapes}
    lanes = tuple(
        Lane(name=name, x=box.x, y=box.y, width=box.width, height=box.height)
        for identity, name in (
            *((pool.id, pool.name) for pool in drawing.pools),
            *((lane.id, lane.name) for lane in drawing.lanes),
        )
        if (box := bounds.get(identity)) is not None
    )
    nodes = []
    for element in drawing.nodes:
        box = bounds.get(element.id)
        if box is None:
            continue
        kind = _kind(element.type)
        under = kind != "task"
        width = max(box.width - 12, 30.0) if not under else 112.0
        most = max(1, int((box.height - 26) / 14)) if not under else 2
        nodes.append(
            Node(
                element_id=element.id,
                kind=kind,
                name=element.name,
                x=box.x,
                y=box.y,
                width=box.width,
                height=box.height,
                lines=wrapped(element.name, width=width, size=12, most=min(most, 4)),
                mark={"exclusiveGateway": "×", "parallelGateway": "+", "inclusiveGateway": "○"}.get(element.type, ""),
                below=under,
            )
        )
    by_flow = {flow.id: flow for flow in drawing.flows}
    edges = tuple(
        Edge(
            path=polyline(edge.waypoints),
            source=by_flow[edge.element_id].source,
            target=by_flow[edge.element_id].target,
            name=by_flow[edge.element_id].name,
            at=middle(edge.waypoints),
        )
        for edge in drawing.edges
        if edge.element_id in by_flow
    )
    points = [point for edge in drawing.edges for point in edge.waypoints]
    return _boxed(tuple(nodes), edges, lanes, points)


def _kind(tag: str) -> str:
    if tag.endswith("Gateway"):
        return "gateway"
    if tag.endswith("Event"):
        return {"startEvent": "start", "endEvent": "end"}.get(tag, "event")
    return "task"


def _boxed(
    nodes: tuple[Node, ...], edges: tuple[Edge, ...], lanes: tuple[Lane, ...], points: list[tuple[float, float]]
) -> Picture:
    xs = [x for x, _ in points] + [node.x for node in nodes] + [lane.x for lane in lanes]
    ys = [y for _, y in points] + [node.y - 14 for node in nodes] + [lane.y for lane in lanes]
    rights = [x for x, _ in points] + [n.x + n.width for n in nodes] + [b.x + b.width for b in lanes]
    lows = [y for _, y in points] + [n.y + n.height + (34 if n.below else 6) for n in nodes]
    lows += [band.y + band.height for band in lanes]
    left, top = min(xs, default=0.0) - 12, min(ys, default=0.0) - 12
    right, bottom = max(rights, default=100.0) + 12, max(lows, default=100.0) + 12
    return Picture(left, top, right - left, bottom - top, nodes, edges, lanes)


def _net_picture(net: Net) -> Picture:
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
        lines = wrapped(transition.label, width=100, size=12, most=3)
        nodes.append(Node(transition.id, "task", transition.label, x - 56, y - 29, 112, 58, lines=lines))
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
    return _boxed(tuple(nodes), tuple(edges), (), points)
