"""Errors and escalations, which go up to the nearest catch (BPMN 2.0.2, 10.5.1, 10.5.5, 10.5.6, 13.5.3, 13.5.4)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    Node,
    boundary,
    call,
    definitions,
    drawing,
    end,
    error,
    escalation,
    event_sub,
    process,
    start,
    sub,
    throw,
)
from tests.mining.semantics.playing import case, words_even_if_unsound, words_of
from tests.mining.semantics.words import shuffle, shuffles, then


def _failing(name: str = "S", code: str = "E1") -> Node:
    """A, then an error or B."""
    return sub(name, end("t", error(code)), "s1 A x1 t", "x1 B e1")


def _raising() -> Node:
    """A, then perhaps an escalation, then B."""
    return sub("S", throw("t", escalation("E1")), "s1 A x1 t z B e1", "x1 z")


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "10.5.6",
            "caught on the sub-process",
            (_failing(), boundary("b", "S", error("E1")), "s S C e", "b D e2"),
            {"ABC", "AD"},
        ),
        case(
            "10.5.6",
            "a catch without code catches all",
            (_failing(), boundary("b", "S", error()), "s S C e", "b D e2"),
            {"ABC", "AD"},
        ),
        case(
            "10.5.5",
            "each code has its catch",
            (
                sub("S", end("t", error("E1")), end("u", error("E2")), "s1 x1 A t", "x1 B u", "x1 C e1"),
                *(boundary("b", "S", error("E1")), boundary("c", "S", error("E2"))),
                *("s S F e", "b G e2", "c H e3"),
            ),
            {"AG", "BH", "CF"},
        ),
        case(
            "10.5.1",
            "the nearest catch",
            (
                sub(
                    "T",
                    *(_failing(), boundary("b", "S", error("E1")), end("u", error("E2"))),
                    *("s2 S C e2", "b D z u", "z e3"),
                ),
                *(boundary("c", "T", error()), "s T F e", "c G e4"),
            ),
            {"ABCF", "ADF", "ADG"},
        ),
        case(
            "10.5.1",
            "a catch of another code lets it pass up",
            (
                sub(
                    "T",
                    sub("S", end("t", error("E1")), end("u", error("E2")), "s1 A x1 t", "x1 u", "x1 B e1"),
                    *(boundary("b", "S", error("E1")), "s2 S C e2", "b D e3"),
                ),
                *(boundary("c", "T", error("E2")), "s T F e", "c G e4"),
            ),
            {"ABCF", "AG", "ADF"},
        ),
        case(
            "13.5.3",
            "all that is inside ends",
            (
                sub("S", end("t", error("E1")), "s1 p1 A x1 t", "x1 e1", "p1 B C e3"),
                *(boundary("b", "S", error("E1")), "s S F e", "b D e2"),
            ),
            then(shuffle("A", "BC"), {"F"}) | then(shuffles({"A"}, {"", "B", "BC"}), {"D"}),
        ),
        case(
            "13.5.3",
            "nothing beside it ends",
            (_failing(), boundary("b", "S", error("E1")), "s p S x2 p2 e", "p C p2", "b D x2"),
            shuffles({"AB", "AD"}, {"C"}),
        ),
        case(
            "13.5.4",
            "caught by an event sub-process of the sub-process",
            (
                sub(
                    "S",
                    event_sub("E", start("f", error("E1")), "f D e3"),
                    end("t", error("E1")),
                    "s1 A x1 t",
                    "x1 B e1",
                ),
                "s S C e",
            ),
            {"ABC", "ADC"},
        ),
        case(
            # F beside: before the error, or not at all
            "13.5.4",
            "caught by an event sub-process of the process",
            (_failing(), event_sub("E", start("f", error("E1")), "f D e3"), "s p S C e", "p F e2"),
            shuffles({"ABC"}, {"F"}) | then(shuffles({"A"}, {"", "F"}), {"D"}),
        ),
        case(
            "13.5.4",
            "thrown by the process itself",
            (event_sub("E", start("f", error("E1")), "f D e3"), end("t", error("E1")), "s x A t", "x B e"),
            {"AD", "B"},
        ),
        case(
            # 10.5.6: an inline handler that ends with the error hands it to the boundary.
            "10.5.6",
            "thrown again by the event sub-process",
            (
                sub(
                    "S",
                    event_sub("E", start("f", error("E1")), end("u", error("E1")), "f D u"),
                    end("t", error("E1")),
                    *("s1 A x1 t", "x1 B e1"),
                ),
                *(boundary("b", "S", error("E1")), "s S C e", "b F e2"),
            ),
            {"ABC", "ADF"},
        ),
    ],
)
def test_errors(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_a_catch_that_nothing_throws_to_may_happen_at_any_time() -> None:
    """10.5.6: the work inside may raise what the drawing doesn't show (asrun's reading)."""
    assert words_of(drawing(sub("S", "s1 A B"), boundary("b", "S", error("E1")), "s S C e", "b D e2")) == {
        "ABC",
        "D",
        "AD",
    }


def test_the_event_sub_process_comes_before_the_boundary() -> None:
    """10.5.6: the handler inside takes the event in; the one on the boundary never hears of it."""
    handler = event_sub("E", start("f", error("E1")), "f D e3")
    inside = sub("S", handler, end("t", error("E1")), "s1 A x1 t", "x1 B e1")
    xml = drawing(inside, boundary("b", "S", error("E1")), "s S C e", "b F e2")
    assert words_even_if_unsound(xml) == {"ABC", "ADC"}


def test_an_error_leaves_a_call() -> None:
    """13.3.4: a call has the boundary of a sub-process."""
    called = process(end("t", error("E1")), "s1 A x1 t", "x1 B e1", name="called")
    flow = process(call("K", "called"), boundary("b", "K", error("E1")), "s K C e", "b D e2")
    assert words_of(definitions(flow, called)) == {"ABC", "AD"}


def test_throw_and_catch_can_both_be_seen() -> None:
    xml = drawing(_failing(), boundary("b", "S", error("E1")), "s S C e", "b D e2")
    assert words_of(xml, observed=["t"]) == {"ABC", "AtD"}
    assert words_of(xml, observed=["b"]) == {"ABC", "AbD"}
    assert words_of(xml, observed=["t", "b"]) == {"ABC", "AtbD"}


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("10.5.1", "nobody catches it: the thrower goes on", (_raising(), "s S C e"), {"ABC"}),
        case("10.5.1", "nobody catches it in the process", (throw("t", escalation("E1")), "s A t B e"), {"AB"}),
        case(
            "10.5.6",
            "caught without interrupting: both go on",
            (_raising(), boundary("b", "S", escalation("E1"), interrupting=False), "s S C e", "b D e2"),
            {"ABC", "ADBC", "ABDC", "ABCD"},
        ),
        case(
            "10.5.6",
            "caught and interrupting",
            (_raising(), boundary("b", "S", escalation("E1")), "s S C e", "b D e2"),
            {"ABC", "AD"},
        ),
        case(
            "10.5.6",
            "a catch without code",
            (_raising(), boundary("b", "S", escalation()), "s S C e", "b D e2"),
            {"ABC", "AD"},
        ),
        case(
            "10.5.6",
            "thrown by an end, interrupting",
            (
                sub("S", end("t", escalation("E1")), "s1 A x1 t", "x1 B e1"),
                *(boundary("b", "S", escalation("E1")), "s S C e", "b D e2"),
            ),
            {"ABC", "AD"},
        ),
        case(
            "10.5.6",
            "thrown by an end, not interrupting: the rest goes on",
            (
                sub("S", end("t", escalation("E1")), "s1 p1 A t", "p1 B e1"),
                *(boundary("b", "S", escalation("E1"), interrupting=False), "s S C e", "b D e2"),
            ),
            then({"A"}, shuffles({"BC"}, {"D"})) | then({"BA"}, shuffle("C", "D")),
        ),
        case(
            "10.5.1",
            "goes up to where it is caught",
            (sub("T", _raising(), "s2 S F e2"), boundary("b", "T", escalation("E1")), "s T C e", "b D e3"),
            {"ABFC", "AD"},
        ),
        case(
            "10.5.1",
            "the nearest catch, and no other",
            (
                sub(
                    "T",
                    *(
                        _raising(),
                        boundary("b", "S", escalation("E1"), interrupting=False),
                        throw("u", escalation("E1")),
                    ),
                    *("s2 S y u", "y e4", "b D e3"),
                ),
                *(boundary("c", "T", escalation("E1")), "s T e", "c G e5"),
            ),
            # the inner escalation is caught on S, the outer one, thrown behind S, on T
            {"AB", "ABG", "ABD", "ADB", "ADBG", "ABDG"},
        ),
        case(
            "13.5.4",
            "caught by an event sub-process, not interrupting",
            (
                sub(
                    "S",
                    event_sub("E", start("f", escalation("E1"), interrupting=False), "f D e3"),
                    throw("t", escalation("E1")),
                    *("s1 A x1 t z B e1", "x1 z"),
                ),
                "s S C e",
            ),
            {"ABC", "ADBC", "ABDC"},
        ),
        case(
            "13.5.4",
            "caught by an event sub-process, interrupting",
            (
                sub(
                    "S",
                    event_sub("E", start("f", escalation("E1")), "f D e3"),
                    throw("t", escalation("E1")),
                    *("s1 A x1 t z B e1", "x1 z"),
                ),
                "s S C e",
            ),
            {"ABC", "ADC"},
        ),
        case(
            "10.5.6",
            "thrown twice, caught twice without interrupting",
            (
                sub("S", throw("t", escalation("E1")), throw("u", escalation("E1")), "s1 t A u"),
                *(boundary("b", "S", escalation("E1"), interrupting=False), "s S e", "b D e2"),
            ),
            {"ADD", "DAD"},
        ),
    ],
)
def test_escalations(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected
