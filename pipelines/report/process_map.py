"""The discovered map: which activity follows which, cut to what a person can read, drawn in layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mining.bpmn.layered import place_in_layers
from pipelines.report.picture import Edge, Node, Picture, with_loads, wrapped
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
        placed = place_in_layers(names, edges, layer_gap=_HEIGHT + 58, node_gap=_WIDTH + 36, bend_gap=44, last=END)
    nodes = []
    for name in names:
        x, y = _turned(placed.centres[name], down=down)
        if name in {START, END}:
            kind = "start" if name == START else "end"
            nodes.append(Node(name, kind, "", x - 15, y - 15, 30, 30))
            continue
        row = times[name]
        nodes.append(
            Node(
                element_id=name,
                kind="task",
                name=name,
                x=x - _WIDTH / 2,
                y=y - _HEIGHT / 2,
                width=_WIDTH,
                height=_HEIGHT,
                lines=wrapped(name, width=_WIDTH - 16, size=12.5, most=2),
                instances=row.instances,
                cases=row.cases,
                p50_seconds=row.p50_seconds,
            )
        )
    finished = with_loads(tuple(nodes), {name: row.total_seconds or 0.0 for name, row in times.items()})
    of_name = {node.element_id: node for node in finished}
    heaviest = max((counts[edge].instances for edge in edges), default=1)
    drawn = []
    for (source, target), way, backward in zip(edges, placed.ways, placed.backward, strict=True):
        pair = counts[source, target]
        path, at = _path(of_name[source], of_name[target], way, backward=backward, down=down)
        drawn.append(
            Edge(
                path=path,
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
    bends = [_turned(point, down=down) for way in placed.ways for point in way]
    left = min([node.x for node in finished] + [x - 24 for x, _ in bends]) - 18
    right = max([node.x + node.width for node in finished] + [x + 24 for x, _ in bends]) + 42
    top = min([node.y for node in finished] + [y - 12 for _, y in bends]) - 22
    bottom = max([node.y + node.height for node in finished] + [y + 12 for _, y in bends]) + 18
    return Picture(left, top, right - left, bottom - top, finished, tuple(drawn))


def _turned(point: Point, *, down: bool) -> Point:
    """A point along and across the flow as x and y on the page."""
    return (point[1], point[0]) if down else point


def _path(source: Node, target: Node, way: tuple[Point, ...], *, backward: bool, down: bool) -> tuple[str, Point]:
    """A smooth line that leaves and enters along the flow, and the place of its label; loops stand beside."""
    if source is target:
        x, y = source.x + source.width, source.cy
        return (
            f"M{x:.1f} {y - 14:.1f}C{x + 34:.1f} {y - 26:.1f} {x + 34:.1f} {y + 26:.1f} {x + _HEAD:.1f} {y + 12:.1f}",
            (x + 26, y),
        )
    from_along, from_across, from_half, from_side = _seen(source, down=down)
    to_along, to_across, to_half, to_side = _seen(target, down=down)
    if "task" not in {source.kind} & {target.kind}:
        from_side = to_side = 0.0
    if backward:
        first = (from_along - from_half, from_across + from_side)
        final = (to_along + to_half + _HEAD, to_across + to_side)
    else:
        first = (from_along + from_half, from_across - from_side / 3)
        final = (to_along - to_half - _HEAD, to_across - to_side / 3)
    points = (first, *way, final)
    start = _turned(first, down=down)
    parts = [f"M{start[0]:.1f} {start[1]:.1f}"]
    for (u0, v0), (u1, v1) in pairwise(points):
        half = (u0 + u1) / 2
        bends = (_turned(point, down=down) for point in ((half, v0), (half, v1), (u1, v1)))
        parts.append("C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in bends))
    number = len(points) // 2
    before, after = points[number - 1], points[number]
    straight = len(points) % 2 and number > 1
    at = before if straight else ((before[0] + after[0]) / 2, (before[1] + after[1]) / 2)
    return "".join(parts), _turned(at, down=down)


def _seen(node: Node, *, down: bool) -> tuple[float, float, float, float]:
    """A node as the flow sees it: centre along and across, half its length, and how far lines stand off its middle."""
    shift = 0.0 if node.kind != "task" else (node.width / 4 if down else node.height / 5)
    return (node.cy, node.cx, node.height / 2, shift) if down else (node.cx, node.cy, node.width / 2, shift)
