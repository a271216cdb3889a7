"""The discovered map: which activity follows which, cut to what a person can read, drawn in layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mining.bpmn.layered import Placed, place_in_layers
from pipelines.report.ground import Ground
from pipelines.report.picture import Box, Edge, Node, Picture, fitted, text_width, with_loads
from pipelines.report.signs import Point
from warehouse.reading.rows import ActivityTimesRow, DirectlyFollowsRow

START, END = "\x00start", "\x00end"
"""Names of the two ends; no activity can be called so, as names carry no control characters."""

_WIDTH, _HEIGHT = 146.0, 60.0
_WIDEST = 1000.0  # px from the first to the last layer up to which a map runs from left to right
_HEAD = 9.0  # length of an arrow head, which goes before the end of its line


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """The map with what was left out of it; `coverage` is the share of all transitions (by count) that it shows."""

    picture: Picture
    shown_edges: int
    all_edges: int
    shown_activities: int
    all_activities: int
    coverage: float
    most_edges: int


def draw_process_map(
    pairs: Sequence[DirectlyFollowsRow],
    times: Sequence[ActivityTimesRow],
    *,
    most_activities: int = 24,
    coverage: float = 0.9,
    most_edges: int = 60,
) -> ProcessMap | None:
    """Draw the pairs, or None where there are none.

    The rule of what is shown: the `most_activities` most frequent activities; of the transitions between
    them, for every activity its most frequent one in and its most frequent one out, then the others by
    frequency until `coverage` of all transitions or `most_edges` edges are shown.
    """
    ranked = [row.activity for row in times]
    if not pairs or not ranked:
        return None
    shown = set(ranked[:most_activities])
    counts: dict[tuple[str, str], DirectlyFollowsRow] = {}
    for pair in pairs:
        source = START if pair.source is None else pair.source
        target = END if pair.target is None else pair.target
        counts[source, target] = pair
    total = sum(pair.instances for pair in pairs)
    ends = {START, END}
    candidates = sorted(
        (edge for edge in counts if all(name in shown or name in ends for name in edge)),
        key=lambda edge: (-counts[edge].instances, edge),
    )
    chosen = _choose(candidates, counts, total, coverage, most_edges)
    by_name: dict[str, ActivityTimesRow] = {row.activity: row for row in times}
    nodes = [START, *(name for name in ranked if name in shown), END]
    picture = _draw(nodes, chosen, counts, by_name)
    return ProcessMap(
        picture=picture,
        shown_edges=len(chosen),
        all_edges=len(counts),
        shown_activities=len(shown),
        all_activities=len(ranked),
        most_edges=most_edges,
        coverage=sum(counts[edge].instances for edge in chosen) / total if total else 1.0,
    )


def _choose(
    candidates: Sequence[tuple[str, str]],
    counts: Mapping[tuple[str, str], DirectlyFollowsRow],
    total: int,
    coverage: float,
    most_edges: int,
) -> list[tuple[str, str]]:
    kept: set[tuple[str, str]] = set()
    left: set[str] = set()
    entered: set[str] = set()
    for source, target in candidates:
        if source == target:
            continue
        if source not in left or target not in entered:
            kept.add((source, target))
        left.add(source)
        entered.add(target)
    covered = sum(counts[edge].instances for edge in kept)
    for edge in candidates:
        if covered >= coverage * total or len(kept) >= most_edges:
            break
        if edge not in kept:
            kept.add(edge)
            covered += counts[edge].instances
    return [edge for edge in candidates if edge in kept]


def _draw(
    names: Sequence[str],
    edges: Sequence[tuple[str, str]],
    counts: Mapping[tuple[str, str], DirectlyFollowsRow],
    times: Mapping[str, ActivityTimesRow],
) -> Picture:
    placed = place_in_layers(names, edges, layer_gap=_WIDTH + 88, node_gap=_HEIGHT + 34, last=END)
    down = max(x for x, _ in placed.centres.values()) > _WIDEST
    if down:  # a long process reads better from top to bottom than by scrolling sideways
        placed = place_in_layers(names, edges, layer_gap=_HEIGHT + 72, node_gap=_WIDTH + 36, bend_gap=48, last=END)
    nodes = []
    for name in names:
        x, y = _turned(placed.centres[name], down=down)
        if name in {START, END}:
            kind = "start" if name == START else "end"
            nodes.append(Node(name, kind, "", x - 15, y - 15, 30, 30))
            continue
        row = times[name]
        told, size = fitted(name, width=_WIDTH - 14, height=30, sizes=(12.5, 11.5, 10.5, 9.5))
        nodes.append(
            Node(
                element_id=name,
                kind="task",
                name=name,
                x=x - _WIDTH / 2,
                y=y - _HEIGHT / 2,
                width=_WIDTH,
                height=_HEIGHT,
                lines=told,
                size=size,
                text_at=(x, y - 8),
                instances=row.instances,
                cases=row.cases,
                p50_seconds=row.p50_seconds,
            )
        )
    finished = with_loads(tuple(nodes), {name: row.total_seconds or 0.0 for name, row in times.items()})
    of_name = {node.element_id: node for node in finished}
    heaviest = max((counts[edge].instances for edge in edges), default=1)
    ports = _ports(edges, placed, of_name, down=down)
    lines = [
        _line(of_name[source], of_name[target], way, ports[number], backward=backward, down=down)
        for number, ((source, target), way, backward) in enumerate(
            zip(edges, placed.ways, placed.backward, strict=True)
        )
    ]
    labels = _label_places(finished, lines, [counts[edge] for edge in edges])
    drawn = []
    for (source, target), line, at, backward in zip(edges, lines, labels, placed.backward, strict=True):
        pair = counts[source, target]
        drawn.append(
            Edge(
                path=line.path,
                source=source,
                target=target,
                at=at,
                thickness=1.0 + 3.4 * (pair.instances / heaviest) ** 0.5,
                dashed=backward,
                instances=pair.instances,
                p50_seconds=pair.p50_seconds,
                labelled=True,
            )
        )
    points = [point for line in lines for point in line.points] + labels
    left = min([node.x for node in finished] + [x - 26 for x, _ in points]) - 16
    right = max([node.x + node.width for node in finished] + [x + 26 for x, _ in points]) + 16
    top = min([node.y for node in finished] + [y - 14 for _, y in points]) - 20
    bottom = max([node.y + node.height for node in finished] + [y + 14 for _, y in points]) + 16
    return Picture(left, top, right - left, bottom - top, finished, tuple(drawn))


@dataclass(frozen=True, slots=True)
class _Line:
    """A drawn transition: its path, and points on it for whoever has to keep clear of it or write beside it."""

    path: str
    points: tuple[Point, ...]


def _ports(
    edges: Sequence[tuple[str, str]], placed: Placed, nodes: Mapping[str, Node], *, down: bool
) -> list[tuple[float, float]]:
    """How far from the middle of its source and of its target each line stands.

    The lines at one side of a box stand apart in the order in which they come, so that neither two opposite ones nor
    several of one way lie on each other.
    """
    sides: dict[tuple[str, bool], list[tuple[float, bool, int, int]]] = {}
    for number, ((source, target), way, backward) in enumerate(zip(edges, placed.ways, placed.backward, strict=True)):
        if source == target:
            continue
        seen = [placed.centres[source], *way, placed.centres[target]]
        sides.setdefault((source, not backward), []).append((seen[1][1], backward, number, 0))
        sides.setdefault((target, backward), []).append((seen[-2][1], backward, number, 1))
    ports = [[0.0, 0.0] for _ in edges]
    for (name, _), ends in sides.items():
        node = nodes[name]
        room = 0.0 if node.kind != "task" else 0.8 * (node.width if down else node.height)
        gap = min(24.0, room / max(len(ends) - 1, 1))
        for place, (_, _, number, end) in enumerate(sorted(ends)):
            ports[number][end] = gap * (place - (len(ends) - 1) / 2)
    return [(start, stop) for start, stop in ports]


def _label_places(nodes: Sequence[Node], lines: Sequence[_Line], pairs: Sequence[DirectlyFollowsRow]) -> list[Point]:
    """The middle of each label on its own line, where it covers neither a box nor another label."""
    ground = Ground()
    for node in nodes:
        ground.add(Box(node.x, node.y, node.x + node.width, node.y + node.height), 3.0)
    for line in lines:
        ground.add_line(line.points, 0.2)
    found = []
    for line, pair in zip(lines, pairs, strict=True):
        half = max(text_width(f"{pair.instances:,}×", 11.5), 36.0) / 2
        middle = len(line.points) // 2
        boxes = [Box(x - half, y - 13, x + half, y + 13) for x, y in line.points]
        # every place off the middle counts as 25 px covered: an end of a line belongs to its box
        costs = [(ground.cost(box) + 25 * abs(place - middle), place) for place, box in enumerate(boxes)]
        best = min(costs)[1]
        ground.add(boxes[best], 3.0)
        found.append(line.points[best])
    return found


def _turned(point: Point, *, down: bool) -> Point:
    """A point along and across the flow as x and y on the page."""
    return (point[1], point[0]) if down else point


def _line(
    source: Node, target: Node, way: tuple[Point, ...], ports: tuple[float, float], *, backward: bool, down: bool
) -> _Line:
    """A smooth line that leaves and enters along the flow; loops stand beside."""
    if source is target:
        x, y = source.x + source.width, source.cy
        path = f"M{x:.1f} {y - 14:.1f}C{x + 34:.1f} {y - 26:.1f} {x + 34:.1f} {y + 26:.1f} {x + _HEAD:.1f} {y + 12:.1f}"
        return _Line(path, ((x + 30, y),))
    from_along, from_across, from_half = _seen(source, down=down)
    to_along, to_across, to_half = _seen(target, down=down)
    sign = -1.0 if backward else 1.0
    first = (from_along + sign * from_half, from_across + ports[0])
    final = (to_along - sign * (to_half + _HEAD), to_across + ports[1])
    start = _turned(first, down=down)
    parts, points = [f"M{start[0]:.1f} {start[1]:.1f}"], []
    for (u0, v0), (u1, v1) in pairwise((first, *way, final)):
        half = (u0 + u1) / 2
        bends = (_turned(point, down=down) for point in ((half, v0), (half, v1), (u1, v1)))
        parts.append("C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in bends))
        for t in (0.1, 0.22, 0.34, 0.5, 0.66, 0.78, 0.9):
            along = (1 - t) ** 3 * u0 + 3 * t * (1 - t) * half + t**3 * u1
            points.append(_turned((along, v0 + (v1 - v0) * (3 * t * t - 2 * t**3)), down=down))
    return _Line("".join(parts), tuple(points))


def _seen(node: Node, *, down: bool) -> tuple[float, float, float]:
    """A node as the flow sees it: centre along and across, and half its length."""
    return (node.cy, node.cx, node.height / 2) if down else (node.cx, node.cy, node.width / 2)
