"""Small random transition systems with silent steps, cycles and shared labels."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from mining.automaton import automaton_of
from mining.standard import FlowStandard, Step
from mining.statespace import Element, Soundness, StateSpace

LABELS = ("a", "b", "c")


@st.composite
def spaces(draw: st.DrawFn) -> StateSpace:
    """At most six states; some path leads from 0 to an end."""
    count = draw(st.integers(1, 6))
    names = draw(st.lists(st.sampled_from((*LABELS, "")), min_size=1, max_size=6))
    elements = tuple(
        sorted(
            (Element(f"e{number}", name, is_visible=bool(name)) for number, name in enumerate(names)),
            key=lambda element: (element.name, element.id),
        )
    )
    state, edge = st.integers(0, count - 1), st.integers(0, len(elements) - 1)
    edges = set(draw(st.lists(st.tuples(state, edge, state), max_size=12)))
    # A chain from 0 through all states makes every one reachable.
    edges |= {(number, draw(edge), number + 1) for number in range(count - 1)}
    finals = tuple(sorted(draw(st.sets(state, min_size=1, max_size=2))))
    rows = np.asarray(sorted(edges), dtype=np.int64).reshape(-1, 3)
    return StateSpace(
        source_name="random",
        elements=elements,
        source=rows[:, 0],
        target=rows[:, 2],
        element=rows[:, 1],
        finals=finals,
        final_rule="at random",
        places=tuple(f"p{number}" for number in range(count)),
        tokens=tuple((number,) for number in range(count)),
    )


def standard_of_space(space: StateSpace) -> FlowStandard:
    return FlowStandard(
        source=space.source_name,
        steps=tuple(Step(element.id, element.name) for element in space.elements if element.is_visible),
        drawing=None,
        net=None,
        space=space,
        automaton=automaton_of(space),
        soundness=Soundness((), ()),
        ignored=(),
    )


traces = st.lists(st.sampled_from((*LABELS, "unknown")), max_size=5)
