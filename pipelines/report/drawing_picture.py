"""A BPMN drawing as pictures in BPMN's own notation (BPMN 2.0.2, section 7.4 and the notation parts of chapter 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mining.bpmn import Bounds, Drawing, Lane, Pool, Shape, layout
from mining.bpmn import Node as Element
from pipelines.report.figures import Figures
from pipelines.report.labels import edge_label, outside_label, with_badges
from pipelines.report.picture import Edge, Node, Picture, boxed, fitted, middle, polyline
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


def drawing_pictures(drawing: Drawing, figures: Figures) -> tuple[Picture, ...]:
    """The pictures of a drawing: the process first, then what is drawn apart from it, with its way as title."""
    laid = layout(drawing)
    starts = {node.scope: node for node in drawing.nodes if node.type == "startEvent"}
    return tuple(_picture(sheet, figures, starts) for sheet in sheets_of(laid))


def _picture(sheet: Sheet, figures: Figures, starts: Mapping[str, Element]) -> Picture:
    nodes: list[Node] = []
    containers: list[tuple[int, Node]] = []
    lines = [edge.waypoints for _, edge in sheet.edges]
    for element in sheet.nodes:
        shape = sheet.shapes[element.id]
        if element.is_expanded and not shape.is_closed and element.type != "callActivity":
            containers.append((sheet.depth[element.id], figures.on(_container(element, shape.bounds))))
        elif element.is_activity:
            closed = tuple(figures.inside(element.id)) if element.is_expanded else ()
            plain = Node(element.id, "task", element.name, *_corners(shape.bounds))
            counted = figures.summed(plain, closed) if closed else figures.on(plain)
            nodes.append(_activity(element, counted, starts.get(element.id) if element.is_event_sub_process else None))
        else:
            drawn = (
                _gateway(element, shape.bounds) if element.type.endswith("Gateway") else _event(element, shape.bounds)
            )
            nodes.append(figures.on(outside_label(drawn, shape.label, lines, is_rider=bool(element.attached_to))))
    kind_of = {element.id: element for element in sheet.nodes}
    edges = []
    for flow, edge in sheet.edges:
        text, size, at = edge_label(flow.name, edge.waypoints, edge.label)
        tail = kind_of[flow.source].is_activity
        edges.append(
            Edge(
                path=polyline(edge.waypoints),
                source=flow.source,
                target=flow.target,
                name=flow.name,
                at=at or middle(edge.waypoints),
                lines=text,
                size=size,
                slash=_slash(edge.waypoints) if flow.is_default else "",
                diamond=_diamond(edge.waypoints) if flow.is_conditional and tail else "",
            )
        )
    behind = tuple(node for _, node in sorted(containers, key=lambda entry: entry[0]))
    bands = tuple(_band(band, shape) for band, shape in sheet.bands)
    marked, framed = with_badges(tuple(nodes), behind, tuple(edges))
    points = [point for line in lines for point in line]
    picture = boxed(marked, tuple(edges), bands, points, containers=framed)
    title = " / ".join(holder.name or holder.id for holder in sheet.holders)
    return replace(picture, title=title)


def _corners(box: Bounds) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


def _band(band: Lane | Pool, shape: Shape) -> Band:
    box, is_pool = shape.bounds, isinstance(band, Pool)
    length = box.width if shape.is_vertical else box.height
    lines, size = fitted(band.name, width=max(length - 10, 20), height=27 if is_pool else 29)
    return Band(band.name, *_corners(box), lines=lines, size=size, is_pool=is_pool, is_vertical=shape.is_vertical)


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


def _activity(element: Element, node: Node, start: Element | None) -> Node:
    """The node with its signs and its text in the room that they leave; `start` triggers an event sub-process."""
    border, line = _border(element)
    closed = element.type in {"subProcess", "transaction", "adHocSubProcess"} or element.is_expanded
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
    bottom += _MARKER_ROW if signs and any(sign.at[1] > box.y + box.height - 12 for sign in signs) else 0
    has_figure = node.instances is not None or (node.is_sum and node.total_seconds is not None)
    bottom += _FIGURE_ROW if has_figure else 0
    room = max(box.height - top - bottom, 11.0)
    lines, size = fitted(element.name, width=max(box.width - 2 * side, 20.0), height=room)
    at = (box.x + box.width / 2, box.y + top + room / 2)
    return replace(node, lines=lines, size=size, text_at=at, signs=tuple(signs), border=border, line=line)


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
