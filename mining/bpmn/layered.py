"""Placing a graph in layers from left to right (Sugiyama, Tagawa, Toda 1981), the same way every time."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """Centres by node, and the way of each edge (in the order given): points between the ends, left out if straight."""

    centres: Mapping[str, Point]
    ways: tuple[tuple[Point, ...], ...]
    backward: tuple[bool, ...]


def place_in_layers(
    nodes: Sequence[str],
    edges: Sequence[tuple[str, str]],
    *,
    layer_gap: float,
    node_gap: float,
    bend_gap: float = 30.0,
    last: str | None = None,
    sizes: Mapping[str, Point] | None = None,
    around: bool = False,
) -> Placed:
    """Place nodes in layers; edges come in order of importance.

    An edge that would close a cycle with more important ones counts as backward. Layers are longest paths
    over the others (`last` goes to the rightmost layer), long edges get a bend in each layer they cross,
    and igraph orders the layers to spare crossings. Within a layer the order stays and everything moves as
    near to its neighbours as the gaps allow (nodes `node_gap` apart, bends `bend_gap`). Loops keep an
    empty way. The gaps are from centre to centre; with `sizes` (length along and across the flow by node) they are
    the room between nodes. With `around`, backward edges get a bend in the layers of their ends, too, so that they
    pass beside both. O(edges x (nodes + edges)) for the cycles, a bend per edge and layer: cut large graphs before.
    """
    load_layout()
    import igraph

    forward = _without_cycles(nodes, edges)
    layer = _layers(nodes, [edge for edge, kept in zip(edges, forward, strict=True) if kept and edge[0] != edge[1]])
    if last is not None and layer:
        layer[last] = max(layer.values())
    index = {node: place for place, node in enumerate(nodes)}
    layers = [layer[node] for node in nodes]
    links: list[tuple[int, int]] = []
    bends: list[list[int]] = []
    for (source, target), kept in zip(edges, forward, strict=True):
        low, high = (source, target) if kept else (target, source)
        chain: list[int] = []
        passes = around and not kept
        for between in range(layer[low] + (not passes), layer[high] + passes):
            chain.append(len(layers))
            layers.append(between)
        if layer[low] < layer[high]:
            stops = chain if passes else [index[low], *chain, index[high]]
            links.extend(pairwise(stops))
        bends.append(chain if kept else chain[::-1])
    graph = igraph.Graph(n=len(layers), edges=links, directed=True)
    # igraph draws on Python's generator; its own, freshly seeded, makes the same page every time
    igraph.set_random_number_generator(random.Random(0))  # noqa: S311
    try:
        layout = graph.layout_sugiyama(layers=layers, hgap=node_gap, vgap=layer_gap, maxiter=200)
    finally:
        igraph.set_random_number_generator(random)
    order = [float(across) for across, _ in layout.coords[: len(layers)]]
    wide = [0.0 if sizes is None else sizes[node][1] for node in nodes]
    room = [node_gap + width for width in wide] + [bend_gap] * (len(layers) - len(nodes))
    across = _drawn_together(layers, order, links, room)
    along = _along(layers, [0.0 if sizes is None else sizes[node][0] for node in nodes], layer_gap)
    points = [(along[layers[vertex]], across[vertex]) for vertex in range(len(layers))]
    return Placed(
        centres={node: points[index[node]] for node in nodes},
        ways=tuple(tuple(points[bend] for bend in chain) for chain in bends),
        backward=tuple(not kept for kept in forward),
    )


def _along(layers: Sequence[int], lengths: Sequence[float], gap: float) -> dict[int, float]:
    """Middle of each layer, which is as long as its longest node."""
    longest = dict.fromkeys(sorted(set(layers)), 0.0)
    for layer, length in zip(layers, lengths, strict=False):
        longest[layer] = max(longest[layer], length)
    middle: dict[int, float] = {}
    before: int | None = None
    for layer, length in longest.items():
        step = 0.0 if before is None else (longest[before] + length) / 2 + gap
        middle[layer] = step if before is None else middle[before] + step
        before = layer
    return middle


def load_layout() -> None:
    """Load igraph, so that it is there when layers are ordered.

    It does without matplotlib where it finds none, and is not shown it here: to load that, for plots that are never
    drawn, takes ten times as long as igraph itself.
    """
    if "igraph" in sys.modules:
        return
    hidden = sys.modules.get("matplotlib")
    sys.modules["matplotlib"] = None  # type: ignore[assignment]  # the import system's way to say that there is none
    try:
        import igraph  # noqa: F401
    finally:
        if hidden is None:
            del sys.modules["matplotlib"]
        else:
            sys.modules["matplotlib"] = hidden


def _without_cycles(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[bool]:
    after: dict[str, list[str]] = {node: [] for node in nodes}
    kept: list[bool] = []
    for source, target in edges:
        if source == target:
            kept.append(True)
            continue
        reached, waiting = {target}, [target]
        while waiting:
            for follower in after[waiting.pop()]:
                if follower not in reached:
                    reached.add(follower)
                    waiting.append(follower)
        fine = source not in reached
        kept.append(fine)
        if fine:
            after[source].append(target)
    return kept


def _layers(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Longest path from any source, by Kahn's topological order."""
    layer = dict.fromkeys(nodes, 0)
    incoming = dict.fromkeys(nodes, 0)
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        after[source].append(target)
        incoming[target] += 1
    ready = [node for node in nodes if not incoming[node]]
    for node in ready:  # grows while it is walked
        for follower in after[node]:
            layer[follower] = max(layer[follower], layer[node] + 1)
            incoming[follower] -= 1
            if not incoming[follower]:
                ready.append(follower)
    return layer


def _drawn_together(
    layers: Sequence[int], order: Sequence[float], links: Sequence[tuple[int, int]], room: Sequence[float]
) -> list[float]:
    """Places across the flow: layer by layer, in the given order, as near to the neighbours as room allows."""
    rows: dict[int, list[int]] = {}
    for vertex in sorted(range(len(layers)), key=lambda vertex: (layers[vertex], order[vertex], vertex)):
        rows.setdefault(layers[vertex], []).append(vertex)
    near: list[list[int]] = [[] for _ in layers]
    for low, high in links:
        near[low].append(high)
        near[high].append(low)
    place = [0.0] * len(layers)
    for row in rows.values():
        ends = _spaced([0.0] * len(row), [room[vertex] for vertex in row])
        for vertex, end in zip(row, ends, strict=True):
            place[vertex] = end
    depths = sorted(rows)
    for _ in range(12):
        for depth in (*depths, *reversed(depths)):
            row = rows[depth]
            wanted = [
                sum(place[other] for other in near[vertex]) / len(near[vertex]) if near[vertex] else place[vertex]
                for vertex in row
            ]
            for vertex, end in zip(row, _spaced(wanted, [room[vertex] for vertex in row]), strict=True):
                place[vertex] = end
    return place


def _spaced(wanted: Sequence[float], room: Sequence[float]) -> list[float]:
    """The places nearest to those wanted (least squares) that keep order and room, by pooling adjacent violators."""
    offsets = [0.0]
    for before, after in pairwise(room):
        offsets.append(offsets[-1] + (before + after) / 2)
    pools: list[tuple[float, int]] = []  # (mean, members)
    for aim, offset in zip(wanted, offsets, strict=True):
        mean, members = aim - offset, 1
        while pools and pools[-1][0] >= mean:
            other, count = pools.pop()
            mean = (mean * members + other * count) / (members + count)
            members += count
        pools.append((mean, members))
    flat = [mean for mean, members in pools for _ in range(members)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]
