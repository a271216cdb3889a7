"""Coordinates for a drawing that came without them."""

from __future__ import annotations

import random
from dataclasses import replace

from mining.bpmn.drawing import Bounds, Drawing, Edge, Flow, Node, Shape

_COLUMN, _ROW, _MARGIN = 160.0, 110.0, 40.0


def layout(drawing: Drawing) -> Drawing:
    """`drawing` with a shape for every node and an edge for every sequence flow.

    What the file drew stays. Nodes without a shape are laid out from left to right, below what is drawn, by
    Sugiyama's method (Sugiyama, Tagawa, Toda 1981, as in igraph); flows without points run straight from border to
    border. Deterministic.
    """
    drawn = {shape.element_id: shape.bounds for shape in drawing.shapes}
    missing = [node for node in drawing.nodes if node.id not in drawn]
    if missing:
        bottom = max((box.y + box.height for box in drawn.values()), default=0.0)
        drawn |= _placed(missing, drawing.flows, top=bottom + _MARGIN)
    edges = {edge.element_id: edge for edge in drawing.edges}
    for flow in drawing.flows:
        if flow.id not in edges:
            edges[flow.id] = Edge(flow.id, _line(drawn[flow.source], drawn[flow.target]))
    known = {shape.element_id for shape in drawing.shapes}
    return replace(
        drawing,
        shapes=(*drawing.shapes, *(Shape(n.id, drawn[n.id]) for n in drawing.nodes if n.id not in known)),
        edges=tuple(edges[flow.id] for flow in drawing.flows),
    )


def _size(node: Node) -> tuple[float, float]:
    if node.is_task:
        return 100.0, 80.0
    return (50.0, 50.0) if node.type.endswith("Gateway") else (36.0, 36.0)


def _placed(nodes: list[Node], flows: tuple[Flow, ...], *, top: float) -> dict[str, Bounds]:
    import igraph

    index = {node.id: number for number, node in enumerate(nodes)}
    pairs = [(index[f.source], index[f.target]) for f in flows if f.source in index and f.target in index]
    layers = _layers(len(nodes), pairs)
    graph = igraph.Graph(n=len(nodes), edges=[pair for pair in pairs if pair[0] != pair[1]], directed=True)
    # igraph draws on Python's generator; its own, freshly seeded, makes the same page every time.
    igraph.set_random_number_generator(random.Random(0))  # noqa: S311
    try:
        found = graph.layout_sugiyama(layers=layers, hgap=1, vgap=1, maxiter=200)
    finally:
        igraph.set_random_number_generator(random)
    rows = _apart([found[number][0] for number in range(len(nodes))], layers)
    least = min(rows)
    boxes = {}
    for number, node in enumerate(nodes):
        width, height = _size(node)
        middle_x = _MARGIN + 50.0 + layers[number] * _COLUMN
        middle_y = top + 40.0 + (rows[number] - least) * _ROW
        boxes[node.id] = Bounds(middle_x - width / 2, middle_y - height / 2, width, height)
    return boxes


def _apart(rows: list[float], layers: list[int]) -> list[float]:
    """Rows pushed down until any two nodes of a layer are a whole row apart; igraph may leave them on one spot."""
    apart = list(rows)
    last: dict[int, float] = {}
    for number in sorted(range(len(rows)), key=lambda number: (rows[number], number)):
        least = last.get(layers[number])
        if least is not None:
            apart[number] = max(rows[number], least + 1.0)
        last[layers[number]] = apart[number]
    return apart


def _layers(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    """Longest path from the beginning for each node, with the flows that lead back left out."""
    following: list[list[int]] = [[] for _ in range(count)]
    entered = [False] * count
    for source, target in pairs:
        following[source].append(target)
        entered[target] = True
    state = [0] * count  # 0 unseen, 1 on the way, 2 done
    forward: list[tuple[int, int]] = []
    finished: list[int] = []
    for root in [n for n in range(count) if not entered[n]] + list(range(count)):
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(following[root]))]
        while stack:
            node, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                state[node] = 2
                finished.append(node)
                stack.pop()
            elif state[step] != 1:
                forward.append((node, step))
                if state[step] == 0:
                    state[step] = 1
                    stack.append((step, iter(following[step])))
    layers = [0] * count
    ahead: list[list[int]] = [[] for _ in range(count)]
    for source, target in forward:
        ahead[source].append(target)
    for node in reversed(finished):
        for target in ahead[node]:
            layers[target] = max(layers[target], layers[node] + 1)
    return layers


def _line(source: Bounds, target: Bounds) -> tuple[tuple[float, float], ...]:
    start = (source.x + source.width / 2, source.y + source.height / 2)
    end = (target.x + target.width / 2, target.y + target.height / 2)
    return _border(source, end), _border(target, start)


def _border(box: Bounds, towards: tuple[float, float]) -> tuple[float, float]:
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    if dx == 0 and dy == 0:
        return middle[0] + box.width / 2, middle[1]
    reach = min(
        box.width / 2 / abs(dx) if dx else float("inf"),
        box.height / 2 / abs(dy) if dy else float("inf"),
    )
    return middle[0] + dx * reach, middle[1] + dy * reach
