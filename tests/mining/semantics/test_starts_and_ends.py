"""How a process starts and ends (BPMN 2.0.2, 10.5.2, 10.5.3, 13.2, 13.5.1, 13.5.6)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    CONDITION,
    CYCLE,
    MESSAGE,
    NONE,
    SIGNAL,
    TERMINATE,
    TIMER,
    boundary,
    catch,
    drawing,
    end,
    error,
    escalation,
    event_sub,
    gate,
    link,
    start,
    sub,
    task,
    throw,
)
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffle, shuffles, then

TRIGGERS = {
    "none": NONE,
    "message": MESSAGE,
    "timer": TIMER,
    "timer cycle": CYCLE,
    "conditional": CONDITION,
    "signal": SIGNAL,
    "multiple": MESSAGE + TIMER,
}


@pytest.mark.parametrize("kind", TRIGGERS)
def test_a_start_of_any_kind_starts_the_case(kind: str) -> None:
    """10.5.2, 13.5.1."""
    assert words_of(drawing(start("s", TRIGGERS[kind]), "s A e")) == {"A"}
    assert words_of(drawing(start("s", TRIGGERS[kind]), "s A e"), observed=["s"]) == {"sA"}


@pytest.mark.parametrize("first", TRIGGERS)
def test_starts_of_all_kinds_are_alternatives(first: str) -> None:
    """10.5.2: each start event is independent, and one is enough for a case."""
    assert words_of(drawing(start("s", TRIGGERS[first]), "s A C e", start("s2", SIGNAL), "s2 B C")) == {"AC", "BC"}


def test_a_parallel_multiple_start_needs_all_and_is_one_step() -> None:
    """10.5.2: all triggers are needed before the case starts."""
    begin = start("s", MESSAGE + SIGNAL, parallelMultiple="true")
    assert words_of(drawing(begin, "s A e"), observed=["s"]) == {"sA"}


_INSTANTIATING = gate("v", "eventBasedGateway", instantiate="true")
_ALL_NEEDED = gate("v", "eventBasedGateway", instantiate="true", eventGatewayType="Parallel")


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.2", "three starts", ("s1 A e", "s2 B e", "s3 C e"), {"A", "B", "C"}),
        case("13.5.1", "several flows out of a start", ("s A e", "s B e2"), {"AB", "BA"}),
        case("13.2", "no start event: all that nothing leads to", ("A C", "B D"), shuffle("AC", "BD")),
        case("13.2", "no start event: a parallel gateway", ("p A e", "p B e"), {"AB", "BA"}),
        case("13.2", "no start event: an exclusive gateway", ("x A e", "x B e"), {"A", "B"}),
        case("13.2", "no start event: activities that meet", ("A p C", "B p"), {"ABC", "BAC"}),
        case(
            "13.2",
            "no start event: the catching end of a link is no start",
            (throw("t", link("L")), catch("c", link("L")), "A t", "c B"),
            {"AB"},
        ),
        case(
            "13.2",
            "no start event: boundary events and event sub-processes are no start",
            (boundary("b", "A", TIMER), event_sub("E", start("s1", MESSAGE), "s1 D"), "A B", "b C"),
            {"AB", "C", "D", "AD"},
        ),
        case(
            "13.2",
            "a receive task that instantiates is a start among others",
            (task("R", "receiveTask", instantiate="true"), "R B e", "s A B"),
            {"RB", "AB"},
        ),
        case(
            "13.2",
            "an event-based gateway that instantiates",
            (_INSTANTIATING, catch("m", MESSAGE), catch("t", MESSAGE), "v m A x C e", "v t B x"),
            {"AC", "BC"},
        ),
        case(
            "13.2",
            "one that instantiates, beside a start event",
            (_INSTANTIATING, catch("m", MESSAGE), catch("t", MESSAGE), "v m A e", "v t B e", "s C e"),
            {"A", "B", "C"},
        ),
        case(
            "13.2",
            "receive tasks behind one that instantiates",
            (_INSTANTIATING, task("Q", "receiveTask"), task("R", "receiveTask"), "v Q A e", "v R B e"),
            {"QA", "RB"},
        ),
        case(
            "13.2",
            "a parallel one that instantiates waits for all its events",
            (_ALL_NEEDED, catch("m", MESSAGE), catch("t", MESSAGE), "v m A e", "v t B e"),
            {"AB", "BA"},
        ),
    ],
)
def test_starts(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


RESULTS = {
    "none": NONE,
    "message": MESSAGE,
    "signal": SIGNAL,
    "multiple": MESSAGE + SIGNAL,
    "escalation that nobody catches": escalation("E1"),
}


@pytest.mark.parametrize("kind", RESULTS)
def test_an_end_ends_its_path_only(kind: str) -> None:
    """10.5.3, 13.5.6: the case is complete when no token is left."""
    assert words_of(drawing(end("e", RESULTS[kind]), "s p A e", "p B C")) == {"ABC", "BAC", "BCA"}
    assert words_of(drawing(end("e", RESULTS[kind]), "s A e"), observed=["e"]) == {"Ae"}


_STOP = sub("S", end("t", TERMINATE), "s1 p1 A t", "p1 B e1")
_STOPPED = {"A", "AB", "BA"}


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.5.6", "an end takes each token by itself", ("s p A e", "p B e"), {"AB", "BA"}),
        case("13.5.6", "terminate ends the case", (end("t", TERMINATE), "s p A t", "p B e"), {"A", "AB", "BA"}),
        case(
            "13.5.6",
            "terminate in the middle of the other branch",
            (end("t", TERMINATE), "s p A t", "p B C e"),
            shuffles({"A"}, {"", "B", "BC"}),
        ),
        case("13.5.6", "terminate on one branch of a choice", (end("t", TERMINATE), "s x A t", "x B e"), {"A", "B"}),
        case("13.5.6", "terminate ends its sub-process alone", (_STOP, "s S C e"), then(_STOPPED, {"C"})),
        case(
            "13.5.6", "and nothing beside it", (_STOP, "s p S p2 C e", "p D p2"), then(shuffles(_STOPPED, {"D"}), {"C"})
        ),
        case(
            "13.5.6",
            "terminate in the inner of two sub-processes",
            (sub("T", _STOP, "s2 S D e2"), "s T C e"),
            then(_STOPPED, {"DC"}),
        ),
        case(
            "13.5.6",
            "terminate in the outer of two ends the inner too",
            (
                sub("T", sub("S", "s1 A B e1"), end("t", TERMINATE), "s2 p S e2", "p C t"),
                "s T D e",
            ),
            then(shuffles({"", "A", "AB"}, {"C"}), {"D"}),
        ),
        case(
            "13.5.6",
            "terminate in one of two instances leaves the other alone",
            (_STOP, "s p S e", "p S"),
            shuffles(_STOPPED, _STOPPED),
        ),
        # 10.5.6, 13.5.6: nobody catches the error; the standard leaves open what then, asrun ends the case.
        case("10.5.6", "an error that nobody catches", (end("t", error("E1")), "s p A t", "p B e"), {"A", "AB", "BA"}),
        case(
            "10.5.6",
            "an error that nobody catches, inside",
            (sub("S", end("t", error("E1")), "s1 x A t", "x B e1"), "s S C e"),
            {"A", "BC"},
        ),
    ],
)
def test_ends(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_an_end_that_is_logged_stands_in_the_word() -> None:
    xml = drawing(end("t", TERMINATE), "s p A t", "p B e")
    assert words_of(xml, observed=["t"]) == {"At", "ABt", "BAt"}
    assert words_of(xml, observed=["t", "e"]) == {"At", "ABt", "BAt", "ABet", "BAet", "BeAt"}
