"""The workflow net of a discovered graph, and how simple it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mining.discovery.graph import Graph


@dataclass(frozen=True, slots=True)
class PlainNet:
    """A workflow net with unit arcs: transitions as (id, label), an empty label being silent.

    One token in `source` begins a case, one token in `sink` ends it.
    """

    places: tuple[str, ...]
    transitions: tuple[tuple[str, str], ...]
    arcs: tuple[tuple[str, str], ...]
    source: str
    sink: str


def net_of(graph: Graph) -> PlainNet:
    """Turn a graph into a net with the same language.

    Splits, merges, start and end become places; steps, forks and joins become transitions. A flow between two
    places gets a silent transition, a flow between two transitions a place. Linear in the graph.
    """
    is_place = {node.id: node.sort in ("start", "end", "split", "merge") for node in graph.nodes}
    places = [node.id for node in graph.nodes if is_place[node.id]]
    transitions = [(node.id, node.label) for node in graph.nodes if not is_place[node.id]]
    arcs = []
    for number, (source, target) in enumerate(graph.flows, start=1):
        if is_place[source] != is_place[target]:
            arcs.append((source, target))
            continue
        middle = f"pass_{number}" if is_place[source] else f"between_{number}"
        if is_place[source]:
            transitions.append((middle, ""))
        else:
            places.append(middle)
        arcs += [(source, middle), (middle, target)]
    return PlainNet(places=tuple(places), transitions=tuple(transitions), arcs=tuple(arcs), source="start", sink="end")


def simplicity(net: PlainNet) -> float:
    """Arc-degree simplicity in (0, 1]: 1 / (1 + max(0, mean degree of places and transitions - 2)).

    A chain has 1. Blum: Metrics in process discovery, 2015 (section 4.4), as usual in the field.
    """
    mean = 2 * len(net.arcs) / (len(net.places) + len(net.transitions))
    return 1 / (1 + max(0.0, mean - 2))
