"""Which part of a drawn flow stands on which picture: the process, and each inside that is drawn apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mining.bpmn import Drawing, Edge, Flow, Lane, Node, Pool, Shape


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture's part of a drawing; `holders` are the closed sub-processes and calls on the way to it, outer first.

    `depth` tells how many open sub-processes of the sheet stand around a node.
    """

    holders: tuple[Node, ...]
    nodes: tuple[Node, ...]
    shapes: dict[str, Shape]
    edges: tuple[tuple[Flow, Edge], ...]
    bands: tuple[tuple[Lane | Pool, Shape], ...]
    depth: dict[str, int]


def sheets_of(drawing: Drawing) -> tuple[Sheet, ...]:
    """The sheets of a drawing in which everything has a place: the process first, then insides in their order.

    A closed sub-process and a call have their inside on a sheet of its own, and so has every further page of the file.
    """
    shapes = {shape.element_id: shape for shape in drawing.shapes}
    of = {node.id: node for node in drawing.nodes}
    home: dict[str, str] = {"": ""}
    depth: dict[str, int] = {"": 0}
    for node in drawing.nodes:  # a holder stands before what it holds
        if node.is_expanded:
            apart = node.type == "callActivity" or shapes[node.id].is_closed
            home[node.id] = node.id if apart else home[node.scope]
            depth[node.id] = 0 if apart else depth[node.scope] + 1
    pages: dict[tuple[str, int], list[Node]] = {}
    for node in drawing.nodes:
        pages.setdefault((home[node.scope], shapes[node.id].page), []).append(node)
    edges: dict[tuple[str, int], list[tuple[Flow, Edge]]] = {}
    by_id = {edge.element_id: edge for edge in drawing.edges}
    for flow in drawing.flows:
        ends = {shapes[flow.source].page, shapes[flow.target].page}
        edge = by_id[flow.id]
        if ends == {edge.page}:
            edges.setdefault((home[flow.scope], edge.page), []).append((flow, edge))
    order = {identity: number for number, identity in enumerate(["", *(node.id for node in drawing.nodes)])}
    sheets = []
    for key in sorted(pages, key=lambda key: (order[key[0]], _first(pages[key], order), key[1])):
        nodes = pages[key]
        sheets.append(
            Sheet(
                holders=_holders(key[0], of, home),
                nodes=tuple(nodes),
                shapes={node.id: shapes[node.id] for node in nodes},
                edges=tuple(edges.get(key, ())),
                bands=tuple(_bands(drawing, shapes, key[1])) if not key[0] else (),
                depth={node.id: depth[node.scope] for node in nodes},
            )
        )
    return tuple(sheets)


def _first(nodes: Iterable[Node], order: dict[str, int]) -> int:
    return min(order[node.id] for node in nodes)


def _holders(scope: str, of: dict[str, Node], home: dict[str, str]) -> tuple[Node, ...]:
    found: list[Node] = []
    while scope:
        found.append(of[scope])
        scope = home[of[scope].scope]
    return tuple(reversed(found))


def _bands(drawing: Drawing, shapes: dict[str, Shape], page: int) -> Iterable[tuple[Lane | Pool, Shape]]:
    bands: tuple[Lane | Pool, ...] = (*drawing.pools, *drawing.lanes)
    for band in bands:
        shape = shapes.get(band.id)
        if shape is not None and shape.page == page:
            yield band, shape
