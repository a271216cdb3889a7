"""Intermediate events in the flow, and links (BPMN 2.0.2, 10.5.4, 10.5.5, 13.5.2)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    CONDITION,
    CYCLE,
    MESSAGE,
    NONE,
    SIGNAL,
    TIMER,
    Node,
    catch,
    drawing,
    escalation,
    link,
    sub,
    throw,
)
from tests.mining.semantics.playing import case, refusal, words_of
from tests.mining.semantics.words import star

CAUGHT = {
    "message": MESSAGE,
    "timer": TIMER,
    "timer cycle": CYCLE,
    "conditional": CONDITION,
    "signal": SIGNAL,
    "multiple": MESSAGE + TIMER,
}
THROWN = {
    "none": NONE,
    "message": MESSAGE,
    "signal": SIGNAL,
    "multiple": MESSAGE + SIGNAL,
    "escalation that nobody catches": escalation("E1"),
}


@pytest.mark.parametrize("kind", CAUGHT)
def test_a_catching_event_passes_the_token_on_once_it_happens(kind: str) -> None:
    """13.5.2."""
    xml = drawing(catch("c", CAUGHT[kind]), "s A c B e")
    assert words_of(xml) == {"AB"}
    assert words_of(xml, observed=["c"]) == {"AcB"}


@pytest.mark.parametrize("kind", THROWN)
def test_a_throwing_event_passes_the_token_on(kind: str) -> None:
    """13.5.2."""
    xml = drawing(throw("t", THROWN[kind]), "s A t B e")
    assert words_of(xml) == {"AB"}
    assert words_of(xml, observed=["t"]) == {"AtB"}


def test_a_parallel_multiple_event_needs_all_in_one_step() -> None:
    """10.5.4: all triggers are needed; the event is one step all the same."""
    xml = drawing(catch("c", MESSAGE + TIMER, parallelMultiple="true"), "s A c B e")
    assert words_of(xml, observed=["c"]) == {"AcB"}


def test_an_event_is_seen_by_id_or_by_name() -> None:
    xml = drawing(Node("paid", "intermediateCatchEvent", MESSAGE, {"name": "P"}), "s A paid B e")
    assert words_of(xml) == {"AB"}
    assert words_of(xml, observed=["paid"]) == {"APB"}
    assert words_of(xml, observed=["P"]) == {"APB"}


def test_events_that_are_seen_keep_the_order_of_the_flow() -> None:
    xml = drawing(catch("c", TIMER), throw("t", MESSAGE), "s c A p t B e", "p C")
    assert words_of(xml, 7, observed=["s", "c", "t", "e"]) == {
        "scA" + rest for rest in ("tBeC", "tBCe", "tCBe", "CtBe")
    }


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.5.2", "several flows out are a parallel split", ("s A i B e", "i C e2"), {"ABC", "ACB"}),
        case(
            "13.5.2", "several flows in: each token passes", ("s p A i C e", "p B i"), {"ABCC", "BACC", "ACBC", "BCAC"}
        ),
        case("13.5.2", "an event that nothing follows ends its path", ("s p A i", "p B"), {"AB", "BA"}),
        case(
            "10.5.5",
            "a link goes to the catching end of its name",
            (throw("t", link("L")), catch("c", link("L")), "s A t", "c B e"),
            {"AB"},
        ),
        case(
            "10.5.5",
            "several ends may throw to one",
            (throw("t", link("L")), throw("u", link("L")), catch("c", link("L")), "s x A t", "x B u", "c C e"),
            {"AC", "BC"},
        ),
        case(
            "10.5.5",
            "each token that a link carries passes by itself",
            (throw("t", link("L")), throw("u", link("L")), catch("c", link("L")), "s p A t", "p B u", "c C e"),
            {"ABCC", "BACC", "ACBC", "BCAC"},
        ),
        case(
            "10.5.5",
            "two pairs of links",
            (
                *(throw("t", link("L")), catch("c", link("L")), throw("u", link("M")), catch("d", link("M"))),
                *("s x A t", "x B u", "c C e", "d D e"),
            ),
            {"AC", "BD"},
        ),
        case(
            "10.5.5",
            "a link back makes a loop",
            (throw("t", link("L")), catch("c", link("L")), "s y A x e", "x t", "c B y"),
            {"A", "ABA", "ABABA"},
        ),
        case(
            "10.5.5",
            "a link does not leave its sub-process",
            (
                *(throw("t", link("L")), catch("c", link("L"))),
                sub("S", throw("t1", link("L")), catch("c1", link("L")), "s1 A t1", "c1 B e1"),
                *("s S t", "c C e"),
            ),
            {"ABC"},
        ),
        case(
            "13.4.3",
            "an inclusive join waits for what a link may bring",
            (throw("t", link("L")), catch("c", link("L")), "s o A t", "c o2 C e", "o B o2"),
            {"AC", "BC", "ABC", "BAC"},
        ),
        case("10.5.4", "a timer in a loop", (catch("c", TIMER), "s x c A y e", "y x"), star({"A"}, 6) - {""}),
    ],
)
def test_events_and_links(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_two_catching_ends_of_one_name_are_refused() -> None:
    """10.5.5: there may be several throwing ends of one link, but just one that catches."""
    ends = (throw("t", link("L")), catch("c", link("L")), catch("d", link("L")))
    problems = refusal(drawing(*ends, "s A t", "c B e", "d C e"))
    assert any("'c'" in text or "'d'" in text for text in problems), problems
