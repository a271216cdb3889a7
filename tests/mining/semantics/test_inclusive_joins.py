"""The inclusive join, which waits for what can still come (BPMN 2.0.2, 13.4.3, table 13.3)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import MESSAGE, TIMER, boundary, event_sub, start, sub
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffle, shuffles, star, then

_SOME_OF_ABC = {"A", "B", "C"} | shuffle("A", "B") | shuffle("A", "C") | shuffle("B", "C") | shuffle("A", "B", "C")


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.4.3", "waits for what was chosen", ("s o ?A o2 C e", "o ?B o2"), {"AC", "BC", "ABC", "BAC"}),
        case("13.4.3", "three branches", ("s o ?A o2 D e", "o ?B o2", "o ?C o2"), then(_SOME_OF_ABC, {"D"})),
        case(
            "13.4.3",
            "a default branch",
            ("s o ?A o2 D e", "o ?B o2", "o /C o2"),
            {"AD", "BD", "ABD", "BAD", "CD"},
        ),
        case("13.4.3", "a default branch without a step", ("s o ?A o2 C e", "o /o2"), {"AC", "C"}),
        case("13.4.3", "branches of two steps", ("s o A B o2 e", "o C D o2"), {"AB", "CD"} | shuffle("AB", "CD")),
        case("13.4.3", "behind a parallel split it waits for all", ("s p A o C e", "p B o"), {"ABC", "BAC"}),
        case("13.4.3", "behind an exclusive split it waits for one", ("s x A o C e", "x B o"), {"AC", "BC"}),
        case(
            "13.4.3",
            "join and split at once",
            ("s p A o ?C e", "p B o ?D e2"),
            then({"AB", "BA"}, {"C", "D", "CD", "DC"}),
        ),
        case(
            "13.4.3",
            "a block in a block",
            ("s o ?A o2 e", "o ?o3 ?B o4 o2", "o3 ?C o4"),
            {"A", "B", "C"} | shuffle("B", "C") | shuffle("A", "B") | shuffle("A", "C") | shuffle("A", "B", "C"),
        ),
        case(
            "13.4.3",
            "one block after another",
            ("s o A o2 C o3 e", "o B o2 D o3"),
            then({"A", "B", "AB", "BA"}, {"C", "D", "CD", "DC"}),
        ),
    ],
)
def test_blocks(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.4.3", "as the head of a loop", ("s o A x e", "x o"), star({"A"}, 6) - {""}),
        case(
            "13.4.3",
            "behind a split, and the head of a loop",
            ("s p A o C x e", "p B o", "x o"),
            then({"AB", "BA"}, star({"C"}, 4) - {""}),
        ),
        case(
            "13.4.3",
            "waits for a branch that goes round",
            ("s p y A x o C e", "x y", "p B o"),
            then(shuffles(star({"A"}, 4) - {""}, {"B"}), {"C"}),
            6,
        ),
        case(
            "13.4.3",
            "a whole block in a loop",
            ("s y o A o2 x e", "o B o2", "x y"),
            star({"A", "B", "AB", "BA"}, 4) - {""},
            4,
        ),
        case(
            # B's branch may come to the join, or leave; the join waits until that is decided.
            "13.4.3",
            "a conditional path that leaves before the join",
            ("s o ?A o2 C e", "o ?B x ?o2", "x /e2"),
            {"AC", "BC", "B", "ABC", "BAC"},
        ),
        case(
            # From B's flow there is a way to the flow that A fills (by y) as well as to the one of its own: once A has
            # come, B doesn't hold the join up. While only B's own flow is filled, A has no way there, so A is awaited.
            "13.4.3",
            "does not wait for what can come where something is already",
            ("s p A y o C e", "p B x y", "x o"),
            {"ABC", "BAC", "ABCC", "ACBC", "BACC", "BCAC"},
        ),
        case(
            "13.4.3",
            "a way back behind the join, beside a branch that never leads there",
            ("s p A o C x e", "p D e2", "x B o"),
            shuffles({"AC", "ACBC"}, {"D"}),
            5,
        ),
        case(
            # The other branch never leads to the join.
            "13.4.3",
            "does not wait for a branch that cannot come",
            ("s p A o C e", "p B e2", "s2 D o"),
            {"ABC", "BAC", "ACB", "DC"},
        ),
    ],
)
def test_loops_and_missing_paths(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.4.3",
            "waits for a sub-process in a branch",
            (sub("S", "s1 A B e1"), "s o S o2 D e", "o C o2"),
            {"ABD", "CD"} | then(shuffle("AB", "C"), {"D"}),
        ),
        case(
            "13.4.3",
            "waits for a branch that its boundary event may take",
            (boundary("b", "A", TIMER), "s o A o2 C e", "o B o2", "b D o2"),
            {"AC", "BC", "DC"} | then(shuffle("A", "B"), {"C"}) | then(shuffle("D", "B"), {"C"}),
        ),
        case(
            # The event may come as long as A is open: the join waits for A and, once it has come, for D.
            "13.4.3",
            "waits for the path of a non-interrupting boundary event",
            (boundary("b", "A", TIMER, interrupting=False), "s A o C e", "b D o"),
            {"AC", "ADC", "DAC"},
        ),
        case(
            "13.4.3",
            "waits for a sub-process that its boundary event may leave",
            (sub("S", "s1 A B"), boundary("b", "S", MESSAGE), "s p S o D e", "p C o", "b o"),
            then(shuffles({"", "A", "AB"}, {"C"}), {"D"}),
        ),
        case(
            # 13.4.3, last sentence of the rule: no path crosses the border of a sub-process.
            "13.4.3",
            "a join inside does not wait for what is outside",
            (sub("S", "s1 o ?A o2 C e1", "o ?B o2"), "s p S p2 e", "p D p2"),
            shuffles({"AC", "BC", "ABC", "BAC"}, {"D"}),
        ),
        case(
            "13.4.3",
            "joins in two instances of one sub-process do not mix",
            (sub("S", "s1 o ?A o2 C e1", "o ?B o2"), "s p S e", "p S"),
            shuffles({"AC", "BC", "ABC", "BAC"}, {"AC", "BC", "ABC", "BAC"}),
            8,
        ),
        case(
            "13.4.3",
            "an event sub-process does not hold a join up",
            (event_sub("E", start("s1", TIMER, interrupting=False), "s1 D e1"), "s o A o2 C e", "o B o2"),
            shuffles({"AC", "BC", "ABC", "BAC"}, {"", "D"}),
        ),
    ],
)
def test_scopes_and_events(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected
