"""Exclusive, parallel, inclusive (as a split) and event-based gateways (BPMN 2.0.2, 10.6, 13.4)."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.mining.semantics.drawings import (
    CONDITION,
    MESSAGE,
    SIGNAL,
    TIMER,
    catch,
    drawing,
    gate,
    task,
)
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffle, shuffles, star, then


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.4.2", "one branch, then on", ("s x A y C e", "x B y"), {"AC", "BC"}),
        case("13.4.2", "one branch of four", ("s x A e", "x B e", "x C e", "x D e"), {"A", "B", "C", "D"}),
        case("13.4.2", "the default is a branch like the others", ("s x ?A e", "x /B e"), {"A", "B"}),
        case("13.4.2", "a branch without a step", ("s x A y B e", "x y"), {"AB", "B"}),
        case("13.4.2", "choice after choice", ("s x A y C e", "x B y", "y D e"), {"AC", "AD", "BC", "BD"}),
        case("13.4.2", "nothing or one step", ("s x A e", "x e"), {"", "A"}),
        case("13.4.2", "at least once", ("s x A y e", "y x"), star({"A"}, 6) - {""}),
        case("13.4.2", "any number of times", ("s x A x", "x e"), star({"A"}, 6)),
        case("13.4.2", "again with a step on the way back", ("s x A y e", "y B x"), {"A", "ABA", "ABABA"}),
        case(
            "13.4.2",
            "a merge passes each token by itself",
            ("s p A x C e", "p B x"),
            {"ABCC", "BACC", "ACBC", "BCAC"},
        ),
        case(
            "13.4.2",
            "a loop in a loop",
            ("s x y A z B x2 e", "z y", "x2 x"),
            star(then(star({"A"}, 5) - {""}, {"B"}), 6) - {""},
        ),
    ],
)
def test_exclusive(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def _fires_when_both_sides_have_come() -> set[str]:
    words = set()
    for letters in permutations("ABCDEE"):
        word = "".join(letters)
        if all(
            word[:n].count("E") <= min(sum(word[:n].count(c) for c in "AB"), sum(word[:n].count(c) for c in "CD"))
            for n in range(7)
        ):
            words.add(word)
    return words


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.4.1", "both, in any order, then on", ("s p A p2 C e", "p B p2"), {"ABC", "BAC"}),
        case("13.4.1", "three branches", ("s p A p2 D e", "p B p2", "p C p2"), then(shuffle("A", "B", "C"), {"D"})),
        case("13.4.1", "branches of two steps", ("s p A B p2 e", "p C D p2"), shuffle("AB", "CD")),
        case("13.4.1", "a branch without a step", ("s p A p2 B e", "p p2"), {"AB"}),
        case(
            "13.4.1", "a block in a block", ("s p A p2 e", "p p3 B p4 C p2", "p3 D p4"), shuffles({"BDC", "DBC"}, {"A"})
        ),
        case(
            "13.4.1",
            "join and split at once",
            ("s p A p2 C p3 e", "p B p2 D p3"),
            {"ABCD", "ABDC", "BACD", "BADC"},
        ),
        case(
            "13.4.1",
            "not a block: B waits for A, D for A and C",
            ("s p A p2 B p3 e", "p C p4 D p3", "p2 p4"),
            {"ABCD", "ACBD", "ACDB", "CABD", "CADB"},
        ),
        case("13.4.1", "a choice in a branch", ("s p x A y p2 C e", "x B y", "p D p2"), {"ADC", "DAC", "BDC", "DBC"}),
        case(
            "13.4.1",
            "a loop in a branch",
            ("s p x A y p2 e", "y x", "p B p2"),
            shuffles(star({"A"}, 4) - {""}, {"B"}),
            5,
        ),
        case(
            "13.4.1",
            "a block in a loop",
            ("s x p A p2 y e", "p B p2", "y x"),
            star({"AB", "BA"}, 6) - {""},
        ),
        case("13.4.1", "a split that is never joined", ("s p A e", "p B e2", "p C"), shuffle("A", "B", "C")),
        case(
            "13.4.1",
            "tokens beyond one a flow stay for the next time",
            ("s p A x p2 E e", "p B x", "p C y p2", "p D y"),
            _fires_when_both_sides_have_come(),
        ),
    ],
)
def test_parallel(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.4.3", "one branch or both", ("s o ?A e", "o ?B e2"), {"A", "B", "AB", "BA"}),
        case("10.6.3", "branches without condition are chosen from too", ("s o A e", "o B e2"), {"A", "B", "AB", "BA"}),
        case(
            "13.4.3",
            "any branches of three, never none",
            ("s o ?A e", "o ?B e", "o ?C e"),
            {"A", "B", "C"} | shuffle("A", "B") | shuffle("A", "C") | shuffle("B", "C") | shuffle("A", "B", "C"),
        ),
        case("13.4.3", "the default only by itself", ("s o ?A e", "o ?B e", "o /C e"), {"A", "B", "AB", "BA", "C"}),
        case("13.4.3", "one flow out", ("s A o B e",), {"AB"}),
        case(
            "13.4.3",
            "behind it an exclusive merge lets each branch pass",
            ("s o ?A x C e", "o ?B x"),
            {"AC", "BC", "ABCC", "BACC", "ACBC", "BCAC"},
        ),
    ],
)
def test_inclusive_split(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.4.4",
            "the first event decides",
            (catch("m", MESSAGE), catch("t", TIMER), "s v m A x C e", "v t B x"),
            {"AC", "BC"},
        ),
        case(
            "13.4.4",
            "events of all kinds",
            (
                *(catch("m", MESSAGE), catch("t", TIMER), catch("g", SIGNAL), catch("c", CONDITION)),
                *("s v m A e", "v t B e", "v g C e", "v c D e"),
            ),
            {"A", "B", "C", "D"},
        ),
        case(
            "10.6.6",
            "a receive task among the events",
            (task("R", "receiveTask"), catch("t", TIMER), "s v R A e", "v t B e"),
            {"RA", "B"},
        ),
        case(
            "13.4.4",
            "asked again in a loop",
            (catch("m", MESSAGE), catch("t", TIMER), "s x v m A e", "v t B x"),
            {"A", "BA", "BBA", "BBBA"},
            4,
        ),
    ],
)
def test_event_based(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_the_event_that_decides_can_be_seen() -> None:
    """13.4.4: the choice is the event's; when the event is logged, it stands in the word."""
    xml = drawing(catch("m", MESSAGE), catch("t", TIMER), "s v m A e", "v t B e")
    assert words_of(xml, observed=["m"]) == {"mA", "B"}
    assert words_of(xml, observed=["m", "t"]) == {"mA", "tB"}


def test_the_direction_that_a_gateway_states_does_not_count() -> None:
    """10.6.1: gatewayDirection describes the flows, it doesn't change them."""
    mixed = gate("x", "exclusiveGateway", gatewayDirection="Unspecified")
    assert words_of(drawing(mixed, "s x A x", "x e"), 3) == {"", "A", "AA", "AAA"}
