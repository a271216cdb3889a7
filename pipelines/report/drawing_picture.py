"""A BPMN drawing as pictures in BPMN's own notation (BPMN 2.0.2, section 7.4 and the notation parts of chapter 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mining.bpmn import Bounds, Drawing, Lane, Pool, Shape, Surroundings, layout
from mining.bpmn import Node as Element
from pipelines.report.beside import closed_pool, drawn_beside, drawn_link
from pipelines.report.figures import Figures
from pipelines.report.labels import edge_label, ground_of, outside_label, with_badges, with_titles
from pipelines.report.picture import Edge, Node, Picture, boxed, fitted, polyline
from pipelines.report.picture import Lane as Band
from pipelines.report.sheets import Sheet, sheets_of
from pipelines.report.signs import (
    CIRCLE,
    ENVELOPE,
    ENVELOPE_FILLED,
    GATEWAYS,
    MARKERS,
    PENTAGON,
    PLUS,
    RULE_HEAD,
    TASKS,
    TRIGGERS,
    Point,
    Sign,
)

_ICON, _MARKER_ROW, _FIGURE_ROW = 16.0, 17.0, 15.0  # px that a task's icon, its markers and its figure take


_NOTHING = Surroundings()


def drawing_pictures(drawing: Drawing, figures: Figures, surroundings: Surroundings = _NOTHING) -> tuple[Picture, ...]:
    """The pictures of a drawing: the process first, then what is drawn apart from it, with its way as title."""
    laid = layout(drawing)
    starts = {node.scope: node for node in drawing.nodes if node.type == "startEvent"}
    return tuple(_picture(sheet, figures, starts, _on_page(surroundings, sheet)) for sheet in sheets_of(laid))


def _on_page(surroundings: Surroundings, sheet: Sheet) -> Surroundings:
    """What stands on the page of a sheet; the inside of a call that has no page in the file has nothing beside it."""
    page = sheet.shapes[sheet.nodes[0].id].page
    return Surroundings(
        tuple(box for box in surroundings.boxes if box.page == page),
        tuple(link for link in surroundings.links if link.page == page),
    )


def _picture(sheet: Sheet, figures: Figures, starts: Mapping[str, Element], around: Surroundings) -> Picture:
    riders: dict[str, list[Bounds]] = {}
    for element in sheet.nodes:
        if element.attached_to:
            riders.setdefault(element.attached_to, []).append(sheet.shapes[element.id].bounds)
    nodes: list[Node] = []
    containers: list[tuple[int, Node]] = []
    for element in sorted(sheet.nodes, key=lambda element: bool(element.attached_to)):  # on top of their activities
        shape = sheet.shapes[element.id]
        if element.is_expanded and not shape.is_closed and element.type != "callActivity":
            containers.append((sheet.depth[element.id], figures.on(_container(element, shape.bounds))))
        elif element.is_activity:
            closed = tuple(figures.inside(element.id)) if element.is_expanded else ()
            plain = Node(element.id, "task", element.name, *_corners(shape.bounds))
            counted = figures.summed(plain, closed) if closed else figures.on(plain)
            start = starts.get(element.id) if element.is_event_sub_process else None
            nodes.append(_activity(element, counted, shape, start, riders.get(element.id, ())))
        elif element.type.endswith("Gateway"):
            nodes.append(figures.on(_gateway(element, shape.bounds)))
        else:
            nodes.append(figures.on(_event(element, shape.bounds)))
    of = {element.id: element for element in sheet.nodes}
    beside = [node for box in around.boxes if (node := drawn_beside(box)) is not None]
    lines = [*(edge.waypoints for _, edge in sheet.edges), *(link.waypoints for link in around.links)]
    ground = ground_of([*nodes, *(node for node in beside if node.kind != "group")], [n for _, n in containers], lines)
    named = []
    for node in nodes:
        named.append(outside_label(node, sheet.shapes[node.element_id].label, ground) if node.below else node)
    edges = []
    for flow, edge in sheet.edges:
        has_diamond = flow.is_conditional and of[flow.source].is_activity
        drawn = Edge(
            path=polyline(edge.waypoints),
            source=flow.source,
            target=flow.target,
            name=flow.name,
            slash=_slash(edge.waypoints) if flow.is_default else "",
            diamond=_diamond(edge.waypoints) if has_diamond else "",
        )
        edges.append(edge_label(drawn, edge.waypoints, edge.label, ground))
    beside = [outside_label(node, None, ground) if node.below else node for node in beside]
    links = tuple(edge_label(drawn_link(link), link.waypoints, link.label, ground) for link in around.links)
    behind = with_titles([node for _, node in sorted(containers, key=lambda entry: entry[0])], ground)
    marked, framed = with_badges(tuple(named), behind, tuple(edges))
    points = [point for line in lines for point in line]
    bands = (*_bands(sheet.bands), *(closed_pool(box) for box in around.boxes if box.kind == "pool"))
    picture = boxed(marked, tuple(edges), bands, points, containers=framed, beside=tuple(beside), links=links)
    return replace(picture, title=" / ".join(holder.name or holder.id for holder in sheet.holders))


def _corners(box: Bounds) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


def _bands(bands: Sequence[tuple[Lane | Pool, Shape]]) -> tuple[Band, ...]:
    """Pools and lanes; where one begins at the same place as the one around it, its name stands further in."""
    found: list[Band] = []
    for band, shape in bands:
        box, upright = shape.bounds, shape.is_vertical
        length = box.width if upright else box.height
        lines, size = fitted(band.name, width=max(length - 10, 20), height=28)
        plain = Band(band.name, *_corners(box), lines=lines, size=size, is_vertical=upright)
        strip = 15.0
        for other in found:
            if _holds(other, plain):
                along = plain.y - other.y if upright else plain.x - other.x
                strip = max(strip, other.strip + 28 - along) if along < 24 else strip
        found.append(replace(plain, strip=strip, is_pool=isinstance(band, Pool)))
    return tuple(found)


def _holds(outer: Band, inner: Band) -> bool:
    x, y = inner.x + inner.width / 2, inner.y + inner.height / 2
    return outer.x <= x <= outer.x + outer.width and outer.y <= y <= outer.y + outer.height


def _border(element: Element) -> tuple[str, str]:
    if element.type == "callActivity":
        return "thick", ""
    if element.type == "transaction":
        return "double", ""
    return "thin", "dotted" if element.is_event_sub_process else ""


def _container(element: Element, box: Bounds) -> Node:
    border, line = _border(element)
    markers = _markers(element, box, closed=False)
    lines, size = fitted(element.name, width=max(box.width - 24, 30), height=30)
    top = box.y + (10 if border == "double" else 6) + len(lines) * size * 0.59
    return Node(
        element.id,
        "container",
        element.name,
        *_corners(box),
        lines=lines,
        size=size,
        text_at=(box.x + box.width / 2, top),
        signs=markers,
        border=border,
        line=line,
    )


def _activity(element: Element, node: Node, shape: Shape, start: Element | None, riders: Sequence[Bounds]) -> Node:
    """The node with its signs and its text in the room that they leave.

    `start` triggers an event sub-process; `riders` are the boundary events on it.
    """
    border, line = _border(element)
    closed = shape.is_closed or (element.is_expanded and element.type == "callActivity")
    box = Bounds(node.x, node.y, node.width, node.height)
    signs = [*_markers(element, box, closed=closed)]
    inset = 9.0 if border == "double" else 6.0
    top, bottom, side = inset, inset, inset
    if element.type in TASKS:
        if box.height >= 50:
            top += _ICON - 4
        else:
            side += _ICON
        signs += _icon(element.type, (box.x + inset + 7, box.y + inset + 6))
    if start is not None:
        top += _ICON - 2
        signs += _event(start, Bounds(box.x + inset, box.y + inset, 15, 15)).signs
        signs.append(Sign(CIRCLE, (box.x + inset + 7.5, box.y + inset + 7.5), 0.68))
    bottom += _MARKER_ROW if signs and any(sign.at[1] > box.y + box.height - 14 for sign in signs) else 0
    high, low = _covered(box, riders)
    top, bottom = max(top, high), max(bottom, low)
    has_figure = node.instances is not None or (node.is_sum and node.total_seconds is not None)
    foot = box.y + box.height - bottom - 2
    bottom += _FIGURE_ROW - 2 if has_figure else 0
    room = max(box.height - top - bottom, 11.0)
    lines, size = fitted(element.name, width=max(box.width - 2 * side, 20.0), height=room)
    at = (box.x + box.width / 2, box.y + top + room / 2)
    return replace(node, lines=lines, size=size, text_at=at, signs=tuple(signs), border=border, line=line, foot=foot)


def _covered(box: Bounds, riders: Sequence[Bounds]) -> tuple[float, float]:
    """How much of the height boundary events cover in the middle of an activity, from above and from below."""
    high = low = 0.0
    middle_x = box.x + box.width / 2
    for rider in riders:
        if rider.x + rider.width < middle_x - 34 or rider.x > middle_x + 34:
            continue
        if rider.y < box.y:
            high = max(high, rider.y + rider.height - box.y + 1)
        elif rider.y + rider.height > box.y + box.height:
            low = max(low, box.y + box.height - rider.y + 1)
    return high, low


def _icon(kind: str, at: Point) -> list[Sign]:
    filled = kind == "sendTask"
    signs = [Sign(TASKS[kind], at, 0.85, filled=filled)]
    return [*signs, Sign(RULE_HEAD, at, 0.85, filled=True)] if kind == "businessRuleTask" else signs


def _markers(element: Element, box: Bounds, *, closed: bool) -> tuple[Sign, ...]:
    wanted = []
    if element.marker is not None:
        wanted.append(MARKERS[element.marker.kind])
    if closed:
        wanted.append(MARKERS["closed"])
    if element.type == "adHocSubProcess":
        wanted.append(MARKERS["adHoc"])
    first = box.x + box.width / 2 - (len(wanted) - 1) * 9
    low = box.y + box.height - (13 if element.type == "transaction" else 10)
    return tuple(Sign(path, (first + 18 * number, low), 0.85) for number, path in enumerate(wanted))


def _gateway(element: Element, box: Bounds) -> Node:
    middle_at = (box.x + box.width / 2, box.y + box.height / 2)
    scale = min(box.width, box.height) / 50
    signs: list[Sign] = []
    if element.type == "eventBasedGateway":
        signs.append(Sign(CIRCLE, middle_at, scale * 1.1))
        if not element.instantiates:
            signs.append(Sign(CIRCLE, middle_at, scale * 0.9))
        signs.append(Sign(PLUS if element.is_parallel else PENTAGON, middle_at, scale * 0.8))
    elif element.type == "inclusiveGateway":
        signs.append(Sign(GATEWAYS[element.type], middle_at, scale * 1.4))
    else:
        signs.append(Sign(GATEWAYS[element.type], middle_at, scale * 1.25, filled=True))
    return Node(element.id, "gateway", element.name, *_corners(box), signs=tuple(signs), below=True)


def _event(element: Element, box: Bounds) -> Node:
    kind = {"startEvent": "start", "endEvent": "end"}.get(element.type, "intermediate")
    throws = element.type in {"endEvent", "intermediateThrowEvent"}
    side = min(box.width, box.height)
    signs: tuple[Sign, ...] = ()
    if element.trigger:
        at, scale = (box.x + box.width / 2, box.y + box.height / 2), side / 36
        if element.trigger == "message":
            # an envelope is wider than the other signs, and the second ring of an intermediate event is near
            size = scale * (0.9 if kind == "intermediate" else 1.05)
            signs = (Sign(ENVELOPE_FILLED if throws else ENVELOPE, at, size, filled=throws),)
        else:
            filled = throws and element.trigger not in {"timer", "conditional"}
            size = scale * (0.95 if kind == "intermediate" else 1.08)
            signs = (Sign(TRIGGERS[element.trigger], at, size, filled=filled),)
    waits = element.type in {"startEvent", "boundaryEvent"} and not element.is_interrupting
    return Node(
        element.id,
        kind,
        element.name,
        *_corners(box),
        signs=signs,
        border={"start": "thin", "end": "thick"}.get(kind, "double"),
        line="dashed" if waits else "",
        below=True,
    )


def _direction(points: tuple[Point, ...]) -> tuple[Point, Point] | None:
    """Where a line begins, and the unit vector in which it leaves."""
    start = points[0]
    for point in points[1:]:
        dx, dy = point[0] - start[0], point[1] - start[1]
        length = (dx * dx + dy * dy) ** 0.5
        if length > 0:
            return start, (dx / length, dy / length)
    return None


def _slash(points: tuple[Point, ...]) -> str:
    found = _direction(points)
    if found is None:
        return ""
    (x, y), (u, v) = found
    x, y = x + 10 * u, y + 10 * v
    across = (-v, u)
    dx, dy = 4.5 * (across[0] - 0.7 * u), 4.5 * (across[1] - 0.7 * v)
    return f"M{x - dx:.1f} {y - dy:.1f}L{x + dx:.1f} {y + dy:.1f}"


def _diamond(points: tuple[Point, ...]) -> str:
    found = _direction(points)
    if found is None:
        return ""
    (x, y), (u, v) = found
    corners = (
        (x, y),
        (x + 8 * u - 4.5 * v, y + 8 * v + 4.5 * u),
        (x + 16 * u, y + 16 * v),
        (x + 8 * u + 4.5 * v, y + 8 * v - 4.5 * u),
    )
    return "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in corners) + "z"
