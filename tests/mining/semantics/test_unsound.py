"""Drawings that can't be followed to an end, or not in full (BPMN 2.0.2, 13.2, 13.4).

The flaws told are empty (no complete run at all, or none with a step), deadlock, and dead elements; steps run twice
for want of a join are a warning, as BPMN allows them.
"""

from __future__ import annotations

import pytest

from mining.bpmn import read_bpmn
from mining.errors import MiningError
from mining.statespace import explore_drawing
from tests.mining.semantics.drawings import (
    MESSAGE,
    TIMER,
    Part,
    boundary,
    call,
    definitions,
    drawing,
    event_sub,
    process,
    start,
    sub,
)
from tests.mining.semantics.playing import flaws_of, refusal, warnings_of, words_even_if_unsound


def row(what: str, parts: tuple[Part, ...], flaws: set[str], words: set[str]) -> object:
    return pytest.param(drawing(*parts), flaws, words, id=what)


@pytest.mark.parametrize(
    ("xml", "flaws", "words"),
    [
        row("exclusive split into parallel join", ("s x A p C e", "x B p"), {"empty", "dead"}, set()),
        row("the same, with a way round", ("s x A p C e", "x B p", "x D e"), {"deadlock", "dead"}, {"D"}),
        row("inclusive split into parallel join", ("s o A p C e", "o B p"), {"deadlock"}, {"ABC", "BAC"}),
        row("alternative starts into parallel join", ("s A p C e", "s2 B p"), {"empty", "dead"}, set()),
        row("conditional flows into parallel join", ("s A ?B p D e", "A ?C p"), {"deadlock"}, {"ABCD", "ACBD"}),
        row(
            "events that exclude each other into parallel join",
            (boundary("b", "A", TIMER), "s A p C e", "b B p", "s D e2"),
            {"empty", "dead"},
            set(),
        ),
        row("a loop without a way out", ("s x1 A e", "x1 B x2 C x2"), {"deadlock"}, {"A"}),
        row("a parallel join that waits for itself", ("s p A x e", "x p"), {"empty", "dead"}, set()),
        row(
            "a parallel join that waits for its own loop", ("s y p A x e", "x p", "y B e2"), {"deadlock", "dead"}, {"B"}
        ),
        row(
            "deadlock inside a sub-process",
            (sub("S", "s1 x A p C e1", "x B p", "x D e1"), "s S E e"),
            {"deadlock", "dead"},
            {"DE"},
        ),
        row(
            # Each join waits for what the other may let through (13.4.3 read to the letter).
            "two inclusive joins that wait for each other",
            ("s p A o C x o2", "x e", "p B o2 D y o", "y e2"),
            {"empty", "dead"},
            set(),
        ),
        row("no step at all", ("s e",), {"empty"}, {""}),
    ],
)
def test_flaws(xml: bytes, flaws: set[str], words: set[str]) -> None:
    assert set(flaws_of(xml)) == flaws
    assert words_even_if_unsound(xml) == words


def test_a_flaw_is_told_by_id_when_the_standard_is_read() -> None:
    problems = refusal(drawing("s x A p C e", "x B p", "x D e"))
    assert any("C" in text and "p" in text for text in problems), problems


def test_a_dead_element_is_named() -> None:
    """10.5.2: where there is a start event, nothing else starts by itself."""
    parts = ("s A e", "x B e")
    found = flaws_of(drawing(*parts))
    assert found == ["dead"]
    assert any("B" in text for text in refusal(drawing(*parts)))


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(("s p A x C e", "p B x"), id="parallel split into exclusive join"),
        pytest.param(("s o A x C e", "o B x"), id="inclusive split into exclusive join"),
        pytest.param(("s A B D e", "A C D"), id="flows that meet in a task"),
        pytest.param((sub("S", "s1 p A x C e1", "p B x"), "s S e"), id="inside a sub-process"),
    ],
)
def test_lack_of_synchronisation_is_a_warning(parts: tuple[Part, ...]) -> None:
    """13.3.2, 13.4.2: what stands behind runs once for each token. Sound, but told."""
    xml = drawing(*parts)
    assert flaws_of(xml) == []
    assert "lack_of_synchronisation" in warnings_of(xml)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(("s x A x", "A e"), id="a loop that leaves a token behind"),
        pytest.param(("s y p A y", "p B e"), id="a loop around a parallel split"),
        pytest.param((sub("S", "s1 B C e1"), "s y p A y", "p S e"), id="ever more instances of a sub-process"),
        pytest.param((sub("S", "s1 y p A y", "p B e1"), "s S e"), id="inside a sub-process"),
        pytest.param(
            (event_sub("E", start("f", MESSAGE), "f y p A y", "p B e1"), "s C e"), id="inside an event sub-process"
        ),
    ],
)
def test_what_grows_without_bound_is_refused(parts: tuple[Part, ...]) -> None:
    with pytest.raises(MiningError):
        explore_drawing(read_bpmn(drawing(*parts), source="x.bpmn"))


def test_a_flaw_inside_a_called_process_is_told() -> None:
    called = process("s1 x A p C e1", "x B p", "x D e1", name="called")
    xml = definitions(process(call("K", "called"), "s K E e"), called)
    assert {"deadlock", "dead"} <= set(flaws_of(xml))
