"""A designed flow with everything that is worked out from it once."""

from __future__ import annotations

from dataclasses import dataclass

from mining.automaton.automaton import Automaton
from mining.automaton.build import automaton_of
from mining.bpmn.drawing import Drawing
from mining.petri.net import Net
from mining.statespace.soundness import Soundness, check_soundness, refuse_unsound
from mining.statespace.space import StateSpace


@dataclass(frozen=True, slots=True)
class Step:
    """An element of the standard that leaves an event in the log under `name`, or could; `lane` may be ""."""

    element_id: str
    name: str
    lane: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FlowStandard:
    """A sound flow.

    `steps` are sorted by name and element id, and so are `silent_events`: events of a drawing that leave no event in
    the log, but would if an activity were mapped to them. Exactly one of `drawing` and `net` is set. `ignored` lists
    (element id, reason) of what the file holds beyond the order of steps.
    """

    source: str
    steps: tuple[Step, ...]
    drawing: Drawing | None
    net: Net | None
    space: StateSpace
    automaton: Automaton
    soundness: Soundness
    ignored: tuple[tuple[str, str], ...]
    silent_events: tuple[Step, ...] = ()

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """What was bounded or read in one of several possible ways: (element id, sentence)."""
        return self.space.notes

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the steps, sorted, each once."""
        return self.automaton.labels

    def elements_of(self, label: str) -> tuple[str, ...]:
        """Ids of the elements of one step name, sorted."""
        return tuple(step.element_id for step in self.steps if step.name == label)


def standard_of(
    space: StateSpace,
    *,
    drawing: Drawing | None = None,
    net: Net | None = None,
    ignored: tuple[tuple[str, str], ...] = (),
    allow_unsound: bool = False,
) -> FlowStandard:
    """The standard of an explored flow.

    Raises MiningError where it is empty, too large, or unsound; with `allow_unsound` a flow that can get stuck, or
    parts of which are dead, stands for its runs that reach an end.
    """
    soundness = check_soundness(space)
    refuse_unsound(soundness, source=space.source_name, only_empty=allow_unsound)
    nodes = {node.id: node for node in drawing.nodes} if drawing else {}
    lane_of = {identity: node.lane for identity, node in nodes.items()}
    return FlowStandard(
        source=space.source_name,
        steps=tuple(
            Step(element.id, element.name, lane_of.get(element.id, ""))
            for element in space.elements
            if element.is_visible
        ),
        drawing=drawing,
        net=net,
        space=space,
        automaton=automaton_of(space),
        soundness=soundness,
        ignored=ignored,
        silent_events=tuple(
            Step(element.id, element.name, lane_of.get(element.id, ""))
            for element in space.elements
            if not element.is_visible and element.id in nodes and nodes[element.id].is_event
        ),
    )
