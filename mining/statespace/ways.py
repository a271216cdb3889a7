"""The ways out of a node: which of its flows get a token when it is left."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations

from mining.bpmn.drawing import Flow, Node
from mining.errors import MiningError, Problem
from mining.statespace.space import Tokens

MAX_CHOICES = 12
"""Flows out of one node of which any may be taken; each more doubles the ways."""


def ways_out(node: Node, flows: Sequence[Flow], place_of: dict[str, int], *, source: str) -> list[Tokens]:
    """Sets of places that get a token, sorted.

    Exclusive and event-based gateways: one flow (BPMN 2.0.2, 13.4.2, 13.4.4). Parallel: all (13.4.1). Inclusive: any
    non-empty set of flows without the default, or the default alone (13.4.3). Others: all unconditional flows with any
    set of the conditional ones, at least one flow in all; the default where no conditional one is taken (13.3.2).
    """
    everywhere = _places(flows, place_of)
    if node.type == "parallelGateway":
        return [everywhere]
    if node.type == "eventBasedGateway" and node.is_parallel and node.instantiates:
        return [everywhere]
    if node.type in {"exclusiveGateway", "eventBasedGateway"}:
        return sorted((place,) for place in everywhere) or [()]
    default = [flow for flow in flows if flow.is_default]
    if node.type == "inclusiveGateway":
        free = [flow for flow in flows if not flow.is_default]
        ways = [_places(some, place_of) for some in _subsets(node, free, source) if some]
        return sorted([*ways, *([_places(default, place_of)] if default else [])]) or [()]
    sure = [flow for flow in flows if not flow.is_default and not flow.is_conditional]
    free = [flow for flow in flows if not flow.is_default and flow.is_conditional]
    ways = [_places([*sure, *some], place_of) for some in _subsets(node, free, source) if some]
    otherwise = [*sure, *default]
    if otherwise or not ways:
        ways.append(_places(otherwise, place_of))
    return sorted(ways)


def _places(flows: Sequence[Flow], place_of: dict[str, int]) -> Tokens:
    return tuple(sorted(place_of[flow.id] for flow in flows))


def _subsets(node: Node, flows: Sequence[Flow], source: str) -> list[tuple[Flow, ...]]:
    if len(flows) > MAX_CHOICES:
        raise MiningError(
            Problem(
                where=source,
                what=f"{node.told}: any of {len(flows)} flows may be taken; at most {MAX_CHOICES} can be followed.",
                todo="Split the choice in several.",
            )
        )
    return list(chain.from_iterable(combinations(flows, count) for count in range(len(flows) + 1)))
