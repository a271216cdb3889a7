"""Broken drawings and nets end in words, never in a traceback of another kind."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from mining.errors import MiningError
from mining.standard import standard_from_bpmn, standard_from_pnml
from tests.mining.drawn import drawn, parts, pnml

DRAWING = drawn("s p1 A p2 x1 C e", "p1 B p2", "x1 D x1")
NET = pnml(
    {"i": 1, "m": 0, "o": 0},
    {"t1": "A", "t2": None, "t3": "B"},
    ["i t1", "t1 m", "m t2", "t2 o", "m t3 2"],
    final={"o": 1},
)
WORDS = [
    b"task",
    b"parallelGateway",
    b"exclusiveGateway",
    b"startEvent",
    b"sequenceFlow",
    b'"p1"',
    b'"x1"',
    b'"',
    b"<",
    b">",
]


@st.composite
def damaged(draw: st.DrawFn, original: bytes) -> bytes:
    text = original
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(text)))
        last = draw(st.integers(first, min(len(text), first + 40)))
        text = text[:first] + draw(st.one_of(st.just(b""), st.binary(max_size=4), st.sampled_from(WORDS))) + text[last:]
    return text


@st.composite
def rewired(draw: st.DrawFn) -> bytes:
    """Well-formed drawings with flows and nodes at random."""
    names = draw(st.lists(st.sampled_from(["s", "s2", "A", "B", "x1", "x2", "p1", "p2", "e"]), min_size=2, max_size=9))
    return drawn(
        *(f"{a} {b}" for a, b in draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), min_size=1)))
    )


@given(st.one_of(damaged(DRAWING), rewired()))
def test_drawings(xml: bytes) -> None:
    with contextlib.suppress(MiningError):
        standard = standard_from_bpmn(xml, source="f")
        assert standard.automaton.state_count > 0


@given(damaged(NET))
def test_nets(xml: bytes) -> None:
    with contextlib.suppress(MiningError):
        standard = standard_from_pnml(xml, source="f")
        assert standard.automaton.state_count > 0


def test_the_originals_are_fine() -> None:
    assert standard_from_bpmn(DRAWING, source="f").labels == ("A", "B", "C", "D")
    assert "task" in parts("s A e")
