"""Whether a flow can be followed at all: it has steps, never gets stuck, and every part of it can happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mining.errors import MiningError, Problem
from mining.statespace.space import StateSpace


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw of a flow.

    `kind` is empty, deadlock, dead, lack_of_synchronisation or improper_completion; `run` the shortest run that shows
    it, as names of the elements that fire ("" nowhere: ids stand in for missing names).
    """

    kind: str
    what: str
    element_ids: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Soundness:
    """Verdict on a flow: `flaws` forbid its use, `warnings` don't."""

    flaws: tuple[Flaw, ...]
    warnings: tuple[Flaw, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the flow can be used."""
        return not self.flaws


def check_soundness(space: StateSpace) -> Soundness:
    """Flaws of `space`, each with a shortest example.

    Weak soundness for several ends (van der Aalst et al. 2011, "Soundness of workflow nets", section 3): from every
    reachable state an end can be reached, and no element is dead. O(states + edges).
    """
    flaws = []
    parent = _parents(space)
    leads = space.leads_to_end()
    if not leads[space.initial]:
        flaws.append(Flaw("empty", "no run of the flow reaches an end.", run=_first_stuck(space, parent, leads)))
    else:
        useful = leads[space.target] if space.target.size else np.zeros(0, dtype=np.bool_)
        visible = np.asarray([element.is_visible for element in space.elements], dtype=np.bool_)
        if not np.any(visible[space.element[useful]]):
            flaws.append(Flaw("empty", "no run of the flow has a step that leaves an event."))
        stuck = np.flatnonzero(~leads)
        if stuck.size:
            flaws.append(_deadlock(space, parent, int(stuck[0])))
    fired = set(space.element.tolist())
    dead = [element for number, element in enumerate(space.elements) if number not in fired]
    if dead:
        told = ", ".join(element.told for element in dead)
        flaws.append(Flaw("dead", f"no run of the flow ever gets to {told}.", tuple(element.id for element in dead)))
    return Soundness(tuple(flaws), (*_doubled(space, parent), *_improper(space, parent)))


def refuse_unsound(soundness: Soundness, *, source: str, only_empty: bool = False) -> None:
    """Raise MiningError with every flaw, if there is one; with `only_empty` if no run reaches an end."""
    flaws = [flaw for flaw in soundness.flaws if flaw.kind == "empty" or not only_empty]
    if not flaws:
        return
    raise MiningError(
        *(Problem(where=source, what=flaw.what + (_told_run(flaw.run)), todo=_todo(flaw)) for flaw in flaws)
    )


def _todo(flaw: Flaw) -> str:
    if flaw.kind == "empty":
        return "Correct the drawing."
    return "Correct the drawing, or write 'unsound: warn' in standard.yaml to judge by the runs that reach an end."


def _told_run(run: Iterable[str]) -> str:
    names = list(run)
    return f" It happens after: {' > '.join(names)}." if names else ""


def _parents(space: StateSpace) -> list[tuple[int, int]]:
    """For each state the (state, element) by which breadth-first search first reaches it."""
    parent = [(-1, -1)] * space.state_count
    # States are numbered in the order in which they were found, so the first edge into each is its discovery.
    for source, element, target in zip(
        space.source.tolist(), space.element.tolist(), space.target.tolist(), strict=True
    ):
        if target != space.initial and parent[target][0] < 0:
            parent[target] = (source, element)
    return parent


def _run_to(space: StateSpace, parent: list[tuple[int, int]], state: int) -> tuple[str, ...]:
    names = []
    while parent[state][0] >= 0:
        state, element = parent[state]
        names.append(space.elements[element].name or space.elements[element].id)
    return tuple(reversed(names))


def _first_stuck(space: StateSpace, parent: list[tuple[int, int]], leads: np.ndarray) -> tuple[str, ...]:
    moving = set(space.source.tolist())
    ended = [state for state in range(space.state_count) if state not in moving and not leads[state]]
    return _run_to(space, parent, ended[0]) if ended else ()


def _deadlock(space: StateSpace, parent: list[tuple[int, int]], state: int) -> Flaw:
    following: dict[int, list[int]] = {}
    for source, target in zip(space.source.tolist(), space.target.tolist(), strict=True):
        following.setdefault(source, []).append(target)
    # Go on from the first doomed state to where nothing can happen any more, to name what waits in vain.
    seen, waiting, end = {state}, [state], state
    for here in waiting:
        if here not in following:
            end = here
            break
        for there in following[here]:
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    else:
        return Flaw(
            "deadlock", "the flow can go round for ever without reaching an end.", run=_run_to(space, parent, state)
        )
    told = ", ".join(space.places[place] for place in sorted(set(space.tokens[end])))
    return Flaw("deadlock", f"the flow gets stuck: tokens wait in vain on {told}.", run=_run_to(space, parent, end))


def _doubled(space: StateSpace, parent: list[tuple[int, int]]) -> list[Flaw]:
    return [
        Flaw(
            "lack_of_synchronisation",
            f"two tokens can stand on {space.places[place]}: what follows may happen twice.",
            run=_run_to(space, parent, state),
        )
        for place, state in space.doubled
    ]


def _improper(space: StateSpace, parent: list[tuple[int, int]]) -> list[Flaw]:
    """Ends that leave something behind; BPMN lets what is left go on (10.5.3)."""
    flaws = []
    for element, state in space.improper:
        end = space.elements[element]
        run = (*_run_to(space, parent, state), end.name or end.id)
        what = f"the end {end.told} can be reached while other branches still run; they go on after it."
        flaws.append(Flaw("improper_completion", what, (end.id,), run))
    return flaws
