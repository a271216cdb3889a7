"""Transactions and their cancelling (BPMN 2.0.2, 10.3.5, 10.5.6, 13.3.4, 13.5.6)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    CANCEL,
    MESSAGE,
    TIMER,
    boundary,
    drawing,
    end,
    error,
    many,
    sub,
    transaction,
)
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffle, shuffles, then


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("10.3.5", "a transaction is a sub-process", (transaction("T", "s1 A B e1"), "s T C e"), {"ABC"}),
        case("10.3.5", "without content it is one step", (transaction("T"), "s T C e"), {"TC"}),
        case(
            "13.3.4",
            "cancelled, it is left by its cancel event",
            (
                transaction("T", end("c", CANCEL), "s1 A x1 c", "x1 B e1"),
                *(boundary("b", "T", CANCEL), "s T C e", "b D e2"),
            ),
            {"ABC", "AD"},
        ),
        case(
            # The standard wants a cancel event; without one nothing goes on from here (asrun's reading).
            "13.5.6",
            "cancelled without a cancel event",
            (transaction("T", end("c", CANCEL), "s1 A x1 c", "x1 B e1"), "s T C e"),
            {"ABC", "A"},
        ),
        case(
            "13.5.6",
            "cancelling ends all that is inside",
            (
                transaction("T", end("c", CANCEL), "s1 p1 A x1 c", "x1 e1", "p1 B C e3"),
                *(boundary("b", "T", CANCEL), "s T F e", "b D e2"),
            ),
            then(shuffle("A", "BC"), {"F"}) | then(shuffles({"A"}, {"", "B", "BC"}), {"D"}),
        ),
        case(
            "13.5.6",
            "cancelling ends sub-processes inside, and nothing beside",
            (
                transaction("T", sub("S", "s2 B C"), end("c", CANCEL), "s1 p1 A x1 c", "x1 e1", "p1 S"),
                *(boundary("b", "T", CANCEL), "s p T e", "b D e2", "p F e3"),
            ),
            shuffles(shuffle("A", "BC") | then(shuffles({"A"}, {"", "B", "BC"}), {"D"}), {"F"}),
        ),
        case(
            "13.5.6",
            "cancelled, failed or done",
            (
                transaction("T", end("c", CANCEL), end("t", error("E1")), "s1 A x1 c", "x1 t", "x1 B e1"),
                *(boundary("b", "T", CANCEL), boundary("d", "T", error("E1")), "s T C e", "b D e2", "d F e3"),
            ),
            {"ABC", "AD", "AF"},
        ),
        case(
            "13.5.3",
            "left by a timer too",
            (transaction("T", "s1 A B"), boundary("b", "T", TIMER), "s T C e", "b D e2"),
            {"ABC", "D", "AD"},
        ),
        case(
            "13.5.6",
            "of two instances only one is cancelled",
            (
                transaction("T", end("c", CANCEL), "s1 A x1 c", "x1 B"),
                *(boundary("b", "T", CANCEL), "s p T e", "p T", "b D e2"),
            ),
            shuffles({"AB", "AD"}, {"AB", "AD"}),
        ),
        case(
            "13.5.6",
            "in a transaction around it nothing ends",
            (
                transaction(
                    "U",
                    *(transaction("T", end("c", CANCEL), "s1 A x1 c", "x1 B e1"), boundary("b", "T", CANCEL)),
                    *("s2 T C e2", "b D e3"),
                ),
                "s U F e",
            ),
            {"ABCF", "ADF"},
        ),
        case(
            "13.3.7",
            "two one after another",
            (
                transaction("T", "s1 A B e1", marker=many(2, sequential=True)),
                *(boundary("b", "T", MESSAGE), "s T C e", "b D e2"),
            ),
            {"ABABC", "D", "AD", "ABD", "ABAD", "ABABD"},
        ),
    ],
)
def test_transactions(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_the_cancelling_end_can_be_seen() -> None:
    inside = transaction("T", end("c", CANCEL), "s1 A x1 c", "x1 B e1")
    xml = drawing(inside, boundary("b", "T", CANCEL), "s T C e", "b D e2")
    assert words_of(xml, observed=["c"]) == {"ABC", "AcD"}
    assert words_of(xml, observed=["b"]) == {"ABC", "AbD"}
