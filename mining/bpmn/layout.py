"""Coordinates for what a drawing leaves without a place on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mining.bpmn.drawing import SUB_PROCESSES, Bounds, Drawing, Edge, Flow, Node, Shape
from mining.bpmn.layered import Point, place_in_layers

_TASK, _GATEWAY, _EVENT = (100.0, 80.0), (50.0, 50.0), (36.0, 36.0)
_GAP, _ROOM, _BEND, _MARGIN = 60.0, 44.0, 26.0, 40.0
_PAD_SIDE, _PAD_TOP, _PAD_BOTTOM = 30.0, 46.0, 34.0  # between the border of a sub-process and what it holds


@dataclass(slots=True)
class _Block:
    """Boxes and lines of a part of the flow, from its own corner (0, 0) on."""

    boxes: dict[str, Bounds]
    lines: dict[str, tuple[Point, ...]]
    width: float = 0.0
    height: float = 0.0


def layout(drawing: Drawing) -> Drawing:
    """`drawing` with a shape for every node and an edge for every sequence flow.

    What the file drew stays. What it did not is laid out from left to right by Sugiyama's method (Sugiyama, Tagawa,
    Toda 1981): below what is drawn; the inside of a sub-process that isn't drawn either within it; the inside of one
    that is, and of a call activity, on a page of its own. A boundary event sits on the lower border of its activity.
    Flows between drawn nodes run straight from border to border, and a drawn line that stops far from its ends is led
    on to them. Deterministic.
    """
    shapes = {shape.element_id: shape for shape in drawing.shapes}
    edges = {edge.element_id: edge for edge in drawing.edges}
    of = {node.id: node for node in drawing.nodes}
    missing: dict[str, list[Node]] = {}
    for node in drawing.nodes:
        if node.id not in shapes:
            missing.setdefault(node.scope, []).append(node)
    flows: dict[str, list[Flow]] = {}
    for flow in drawing.flows:
        flows.setdefault(flow.scope, []).append(flow)
    blocks: dict[str, _Block] = {}
    scopes = ["", *(node.id for node in drawing.nodes if node.is_expanded)]
    around = {node.id for node in drawing.nodes if node.is_expanded and _holds_place(node, shapes)}
    page = max((shape.page for shape in drawing.shapes), default=0)
    for scope in reversed(scopes):  # the inside first: a sub-process is as large as what it holds
        loose = [node for node in missing.get(scope, ()) if node.attached_to not in shapes or not node.attached_to]
        if loose:
            blocks[scope] = _laid_out(loose, flows.get(scope, ()), blocks, around)
    for scope in scopes:
        block = blocks.get(scope)
        if block is None or scope in around:
            continue  # nothing to place, or placed with what is around it
        beside = [shapes[node.id] for node in drawing.nodes if node.scope == scope and node.id in shapes]
        if beside:
            here, bottom = beside[0].page, max(shape.bounds.y + shape.bounds.height for shape in beside)
            if not scope:
                bottom = max(shape.bounds.y + shape.bounds.height for shape in drawing.shapes if shape.page == here)
            corner = (min(shape.bounds.x for shape in beside), bottom + _MARGIN)
        elif scope:
            page += 1
            here, corner = page, (_MARGIN, _MARGIN)
            if scope in shapes:
                shapes[scope] = replace(shapes[scope], is_closed=True)
        else:
            here = 0
            bottom = max((s.bounds.y + s.bounds.height for s in drawing.shapes if s.page == 0), default=0.0)
            corner = (_MARGIN, bottom + _MARGIN)
        for identity, box in block.boxes.items():
            closed = identity not in around and (of[identity].is_expanded or of[identity].type in SUB_PROCESSES)
            moved = Bounds(box.x + corner[0], box.y + corner[1], box.width, box.height)
            shapes[identity] = Shape(identity, moved, here, is_closed=closed)
        for identity, line in block.lines.items():
            if identity not in edges:
                edges[identity] = Edge(identity, tuple((x + corner[0], y + corner[1]) for x, y in line), here)
    for nodes in missing.values():
        _attach([node for node in nodes if node.attached_to and node.id not in shapes], shapes)
    for flow in drawing.flows:
        start, end = shapes[flow.source], shapes[flow.target]
        edge = edges.get(flow.id)
        if edge is None or (edge.page != start.page and start.page == end.page):
            edges[flow.id] = Edge(flow.id, _line(start.bounds, end.bounds), start.page)
        else:
            edges[flow.id] = replace(edge, waypoints=_joined(edge.waypoints, start.bounds, end.bounds))
    known = {shape.element_id for shape in drawing.shapes}
    return replace(
        drawing,
        shapes=(
            *(shapes[shape.element_id] for shape in drawing.shapes),
            *(shapes[node.id] for node in drawing.nodes if node.id not in known),
        ),
        edges=tuple(edges[flow.id] for flow in drawing.flows),
    )


def _holds_place(node: Node, shapes: Mapping[str, Shape]) -> bool:
    """Whether the inside of an expanded node is laid out within it."""
    return node.id not in shapes and node.type != "callActivity"


def _attach(nodes: Iterable[Node], shapes: dict[str, Shape]) -> None:
    """Boundary events without a place on the lower border of activities that have one."""
    taken: dict[str, int] = {}
    for node in nodes:
        host = shapes[node.attached_to]
        number = taken.get(node.attached_to, 0)
        taken[node.attached_to] = number + 1
        shapes[node.id] = Shape(node.id, _on_border(host.bounds, number), host.page)


def _on_border(host: Bounds, number: int) -> Bounds:
    width, height = _EVENT
    x = host.x + host.width - width - 10 - number * (width + 12)
    return Bounds(max(x, host.x - width / 2), host.y + host.height - height / 2, width, height)


def _laid_out(nodes: Sequence[Node], flows: Sequence[Flow], blocks: Mapping[str, _Block], around: set[str]) -> _Block:
    """The nodes of one scope with the flows among them; parts that no flow joins stand below each other."""
    inside = {node.id for node in nodes}
    anchor = {node.id: node.attached_to if node.attached_to in inside else node.id for node in nodes}
    shown = [flow for flow in flows if flow.source in inside and flow.target in inside]
    done = _Block({}, {})
    for part in _parts([node for node in nodes if anchor[node.id] == node.id], shown, anchor):
        members = {node.id for node in part}
        riders = [node for node in nodes if anchor[node.id] in members and node.id not in members]
        here = [flow for flow in shown if anchor[flow.source] in members]
        block = _placed(part, riders, here, anchor, blocks, around)
        top = done.height + (_ROOM if done.boxes else 0.0)
        for identity, box in block.boxes.items():
            done.boxes[identity] = replace(box, y=box.y + top)
        for identity, line in block.lines.items():
            done.lines[identity] = tuple((x, y + top) for x, y in line)
        done.width, done.height = max(done.width, block.width), top + block.height
    return done


def _parts(nodes: Sequence[Node], flows: Sequence[Flow], anchor: Mapping[str, str]) -> list[list[Node]]:
    """The nodes by weakly connected part, in their order."""
    near: dict[str, list[str]] = {node.id: [] for node in nodes}
    for flow in flows:
        source, target = anchor[flow.source], anchor[flow.target]
        near[source].append(target)
        near[target].append(source)
    part_of: dict[str, int] = {}
    for node in nodes:
        if node.id in part_of:
            continue
        number = len(set(part_of.values()))
        part_of[node.id] = number
        waiting = [node.id]
        while waiting:
            for other in near[waiting.pop()]:
                if other not in part_of:
                    part_of[other] = number
                    waiting.append(other)
    parts: dict[int, list[Node]] = {}
    for node in nodes:
        parts.setdefault(part_of[node.id], []).append(node)
    return list(parts.values())


def _placed(
    nodes: Sequence[Node],
    riders: Sequence[Node],
    flows: Sequence[Flow],
    anchor: Mapping[str, str],
    blocks: Mapping[str, _Block],
    around: set[str],
) -> _Block:
    load = Counter(rider.attached_to for rider in riders)
    sizes = {node.id: _size(node, blocks, around, riders=load[node.id]) for node in nodes}
    flows = _from_the_start(nodes, flows, anchor)
    # A boundary event hangs below its activity, and its name below that.
    spaced = {name: (width, height + (2 * _EVENT[1] if load[name] else 0)) for name, (width, height) in sizes.items()}
    placed = place_in_layers(
        [node.id for node in nodes],
        [(anchor[flow.source], anchor[flow.target]) for flow in flows],
        layer_gap=_GAP,
        node_gap=_ROOM,
        bend_gap=_BEND,
        sizes=spaced,
        around=True,
    )
    boxes: dict[str, Bounds] = {}
    lines: dict[str, tuple[Point, ...]] = {}
    for node in nodes:
        (x, y), (width, height) = placed.centres[node.id], sizes[node.id]
        y = _on_grid(y)
        boxes[node.id] = Bounds(x - width / 2, y - height / 2, width, height)
        block = blocks.get(node.id) if node.id in around else None
        if block is not None:
            left, top = boxes[node.id].x + _PAD_SIDE, boxes[node.id].y + _PAD_TOP
            for identity, box in block.boxes.items():
                boxes[identity] = replace(box, x=box.x + left, y=box.y + top)
            for identity, line in block.lines.items():
                lines[identity] = tuple((px + left, py + top) for px, py in line)
    counts: dict[str, int] = {}
    for rider in riders:
        number = counts.get(rider.attached_to, 0)
        counts[rider.attached_to] = number + 1
        boxes[rider.id] = _on_border(boxes[rider.attached_to], number)
    half: dict[float, float] = {}
    for node in nodes:
        x = placed.centres[node.id][0]
        half[x] = max(half.get(x, 0.0), sizes[node.id][0] / 2)
    for flow, way in zip(flows, placed.ways, strict=True):
        columns = (placed.centres[anchor[flow.source]][0], placed.centres[flow.target][0])
        rides = anchor[flow.source] != flow.source
        bends = tuple((x, _on_grid(y)) for x, y in way)
        lines[flow.id] = _route(boxes[flow.source], boxes[flow.target], bends, half, columns, rides=rides)
    xs = [x for line in lines.values() for x, _ in line]
    ys = [y for line in lines.values() for _, y in line]
    left = min([box.x for box in boxes.values()] + xs)
    top = min([box.y for box in boxes.values()] + ys)
    return _Block(
        {name: replace(box, x=box.x - left, y=box.y - top) for name, box in boxes.items()},
        {name: tuple((x - left, y - top) for x, y in line) for name, line in lines.items()},
        max([box.x + box.width for box in boxes.values()] + xs) - left,
        max([box.y + box.height for box in boxes.values()] + ys) - top,
    )


def _on_grid(across: float) -> float:
    """The place on a coarse grid, so that what is nearly level is level."""
    return 10.0 * round(across / 10.0)


def _size(node: Node, blocks: Mapping[str, _Block], around: set[str], *, riders: int) -> tuple[float, float]:
    block = blocks.get(node.id)
    if node.id in around and block is not None:
        return block.width + 2 * _PAD_SIDE, block.height + _PAD_TOP + _PAD_BOTTOM
    if node.is_activity:
        return max(_TASK[0], riders * (_EVENT[0] + 12) + 10), _TASK[1]
    return _GATEWAY if node.type.endswith("Gateway") else _EVENT


def _from_the_start(nodes: Sequence[Node], flows: Sequence[Flow], anchor: Mapping[str, str]) -> list[Flow]:
    """The flows by how early a walk from the beginning meets them, so that those which lead back come last."""
    following: dict[str, list[str]] = {node.id: [] for node in nodes}
    entered = set()
    for flow in flows:
        following[anchor[flow.source]].append(anchor[flow.target])
        if anchor[flow.source] != anchor[flow.target]:
            entered.add(anchor[flow.target])
    starts = [node.id for node in nodes if node.type == "startEvent"]
    roots = [*starts, *(node.id for node in nodes if node.id not in entered), *(node.id for node in nodes)]
    rank: dict[str, int] = {}
    for root in roots:
        queue = [root]
        for here in queue:
            if here not in rank:
                rank[here] = len(rank)
                queue.extend(following[here])
    return sorted(flows, key=lambda flow: rank[anchor[flow.source]])


def _route(
    source: Bounds, target: Bounds, way: tuple[Point, ...], half: Mapping[float, float], columns: Point, *, rides: bool
) -> tuple[Point, ...]:
    """A line of level and upright pieces through the bends of a flow; it climbs in the room between layers only.

    `half` gives half the length of each layer by its middle, `columns` the middles of the layers of both ends;
    `rides` tells that the source is a boundary event.
    """
    first, last = columns
    aim = (target.x, target.y + target.height / 2)
    if rides:
        down = source.y + source.height + 14
        points = [(source.x + source.width / 2, source.y + source.height), (source.x + source.width / 2, down)]
    else:
        points = [(source.x + source.width, source.y + source.height / 2)]
    x, y = first, points[-1][1]
    if first == last:  # back to where it came from
        beside, over = first + half[first] + _GAP / 3, target.y - 14
        top = target.x + target.width / 2
        return (*points, (beside, y), (beside, over), (top, over), (top, target.y))
    backward = last < first
    if backward:
        beside = first + half[first] + _GAP / 2
        points += [(beside, y), (beside, way[0][1])]
        y = way[0][1]
    for bend in way[1 if backward else 0 :]:
        gutter = bend[0] + half[bend[0]] + _GAP / 2 if backward else x + half[x] + _GAP / 2
        points += [(gutter, y), (gutter, bend[1])]
        x, y = bend
    gutter = last - half[last] - _GAP / 2
    points += [(gutter, y), (gutter, aim[1]), aim]
    return _tidy(points)


def _tidy(points: Sequence[Point]) -> tuple[Point, ...]:
    """The line without points that lie on the way between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _joined(points: tuple[Point, ...], source: Bounds, target: Bounds) -> tuple[Point, ...]:
    """A drawn line that leads from source to target; some tools write (0, 0) for a point that they don't know."""
    if _touches(points[0], source) and _touches(points[-1], target):
        return points
    kept = [point for point in points if point != (0.0, 0.0)]
    if not kept:
        return _line(source, target)
    if not _touches(kept[0], source):
        kept.insert(0, _border(source, kept[0]))
    if not _touches(kept[-1], target):
        kept.append(_border(target, kept[-1]))
    return tuple(kept) if len(kept) > 1 else _line(source, target)


def _touches(point: Point, box: Bounds, *, near: float = 30.0) -> bool:
    return (
        box.x - near <= point[0] <= box.x + box.width + near and box.y - near <= point[1] <= box.y + box.height + near
    )


def _line(source: Bounds, target: Bounds) -> tuple[Point, ...]:
    start = (source.x + source.width / 2, source.y + source.height / 2)
    end = (target.x + target.width / 2, target.y + target.height / 2)
    return _border(source, end), _border(target, start)


def _border(box: Bounds, towards: Point) -> Point:
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    if dx == 0 and dy == 0:
        return middle[0] + box.width / 2, middle[1]
    reach = min(
        box.width / 2 / abs(dx) if dx else float("inf"),
        box.height / 2 / abs(dy) if dy else float("inf"),
    )
    return middle[0] + dx * reach, middle[1] + dy * reach
