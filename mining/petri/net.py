"""A labelled Petri net with its initial and final markings."""

from __future__ import annotations

from dataclasses import dataclass

Marking = tuple[tuple[str, int], ...]
"""Tokens as (place id, count) pairs, sorted, without zeros."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place; `name` may be ""."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition; `label` is None where it is silent."""

    id: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Arc:
    """An arc between a place and a transition (ids) that moves `weight` tokens."""

    source: str
    target: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Net:
    """A net as read.

    `finals` holds the final markings that the file states; where it states none it is empty, and the state
    space works them out (see mining.statespace.net_finals). `ignored` lists (element id, reason) of what does
    not bear on the order of steps, guards for one.
    """

    source: str
    places: tuple[Place, ...]
    transitions: tuple[Transition, ...]
    arcs: tuple[Arc, ...]
    initial: Marking
    finals: tuple[Marking, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
