"""Embedded sub-processes (BPMN 2.0.2, 10.3.5, 13.3.4)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    NONE,
    TIMER,
    boundary,
    definitions,
    drawing,
    process,
    start,
    sub,
)
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffle, shuffles, star, then


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.3.4", "its steps stand for it", (sub("S", "s1 A B e1"), "s S C e"), {"ABC"}),
        case("10.3.5", "without content it is one step", (sub("S"), "s S C e"), {"SC"}),
        case("13.3.4", "with content but no step it is none", (sub("S", "s1 e1"), "s S C e"), {"C"}),
        case(
            "13.3.4",
            "without start event all that nothing leads to starts",
            (sub("S", "A", "B"), "s S C e"),
            {"ABC", "BAC"},
        ),
        case(
            "13.3.4",
            "without start event, a gateway that nothing leads to",
            (sub("S", "x A e1", "x B e1"), "s S C e"),
            {"AC", "BC"},
        ),
        # 13.3.4 knows one start event in a sub-process; asrun takes several for alternatives, as in a process.
        case("13.3.4", "several starts are alternatives", (sub("S", "s1 A e1", "s2 B e1"), "s S C e"), {"AC", "BC"}),
        case("13.3.4", "complete when all inside is", (sub("S", "s1 p A e1", "p B e2"), "s S C e"), {"ABC", "BAC"}),
        case("13.3.4", "a choice of ends", (sub("S", "s1 x A e1", "x B e2"), "s S C e"), {"AC", "BC"}),
        case("13.3.4", "an end event in it does not end the case", (sub("S", "s1 A e1"), "s S B e"), {"AB"}),
        case("13.3.4", "several flows out of it", (sub("S", "s1 A e1"), "s S B e", "S C e2"), {"ABC", "ACB"}),
        case("13.3.4", "nothing follows it", (sub("S", "s1 A B e1"), "s S"), {"AB"}),
        case(
            "13.3.4",
            "beside another branch",
            (sub("S", "s1 A B e1"), "s p S p2 D e", "p C p2"),
            then(shuffle("AB", "C"), {"D"}),
        ),
        case(
            "13.3.4",
            "two side by side",
            (sub("S", "s1 A B e1"), sub("T", "s2 C D e2"), "s p S p2 E e", "p T p2"),
            then(shuffle("AB", "CD"), {"E"}),
        ),
        case(
            "13.3.4",
            "three deep",
            (sub("U", sub("T", sub("S", "s1 A e1"), "s2 S B e2"), "s3 T C e3"), "s U D e"),
            {"ABCD"},
        ),
        case(
            "13.3.4",
            "an inner one beside a step",
            (sub("T", sub("S", "s1 A B e1"), "s2 p S p2 e2", "p C p2"), "s T D e"),
            then(shuffle("AB", "C"), {"D"}),
        ),
        case("13.3.4", "in a loop it begins anew", (sub("S", "s1 A B e1"), "s x S y e", "y x"), star({"AB"}, 6) - {""}),
        case(
            "13.3.4", "a loop inside", (sub("S", "s1 x A y e1", "y x"), "s S B e"), then(star({"A"}, 5) - {""}, {"B"})
        ),
    ],
)
def test_sub_processes(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.3.4", "each token makes an instance", (sub("S", "s1 A B e1"), "s p S e", "p S"), {"AABB", "ABAB"}),
        case(
            "13.3.4",
            "what follows runs once an instance",
            (sub("S", "s1 A e1"), "s p S B e", "p S"),
            {"AABB", "ABAB"},
        ),
        case(
            # A of one instance and B of the other are not a pair: C comes only after A and B of its own.
            "13.3.4",
            "a parallel join takes tokens of its own instance",
            (sub("S", "s1 p1 A p2 C e1", "p1 B p2"), "s p S e", "p S"),
            shuffles({"ABC", "BAC"}, {"ABC", "BAC"}),
        ),
        case(
            "13.3.4",
            "three instances",
            (sub("S", "s1 A B e1"), "s p S e", "p S", "p S"),
            shuffle("AB", "AB", "AB"),
        ),
        case(
            "13.3.4",
            "instances begun at different times",
            (sub("S", "s1 A B e1"), "s p S e", "p C S"),
            shuffle("AB", "CAB"),
        ),
        case(
            # One instance may be left while the other has the same step still before it.
            "13.3.4, 13.5.3",
            "an inner instance is left with its own parent only",
            (
                sub("T", sub("S", "s1 A B"), boundary("b", "S", TIMER), "s2 S", "b C"),
                *("s p T e", "p T"),
            ),
            shuffles({"AB", "C", "AC"}, {"AB", "C", "AC"}),
        ),
    ],
)
def test_several_instances_at_once(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize("is_expanded", ["true", "false"])
def test_how_it_is_drawn_does_not_count(is_expanded: str) -> None:
    """10.3.5: collapsed or expanded is a matter of the diagram; its content is the same."""
    diagram = (
        '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" id="diagram">'
        '<di:BPMNPlane id="plane" bpmnElement="flow">'
        f'<di:BPMNShape id="shape" bpmnElement="S" isExpanded="{is_expanded}">'
        '<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="10" y="10" width="100" height="80"/>'
        "</di:BPMNShape></di:BPMNPlane></di:BPMNDiagram>"
    )
    assert words_of(definitions(process(sub("S", "s1 A B e1"), "s S C e"), diagram)) == {"ABC"}
    if is_expanded == "false":
        assert words_of(definitions(process(sub("S"), "s S C e"), diagram)) == {"SC"}


def test_the_events_inside_can_be_seen() -> None:
    xml = drawing(sub("S", start("f", NONE), "f A e1"), "s S C e")
    assert words_of(xml, observed=["f", "e1"]) == {"fAe1C"}
