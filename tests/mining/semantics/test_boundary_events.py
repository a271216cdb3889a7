"""Boundary events, interrupting and not (BPMN 2.0.2, 10.5.4, 10.5.6, 13.5.3).

What is asrun's reading beside the standard's text: a non-interrupting event whose path stands alone happens again
only once its path has ended; one whose path joins the main flow happens once in an instance of the activity.
"""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    CONDITION,
    CYCLE,
    MESSAGE,
    SIGNAL,
    TIMER,
    boundary,
    call,
    drawing,
    error,
    escalation,
    sub,
)
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffle, shuffles, star, then, up_to

INTERRUPTING = {
    "message": MESSAGE,
    "timer": TIMER,
    "timer cycle": CYCLE,
    "signal": SIGNAL,
    "conditional": CONDITION,
    "escalation": escalation("E1"),
    "escalation of any code": escalation(),
    "error": error("E1"),
    "error of any code": error(),
    "multiple": MESSAGE + TIMER,
}
REPEATING = {
    "message": MESSAGE,
    "timer cycle": CYCLE,
    "signal": SIGNAL,
    "conditional": CONDITION,
    "escalation": escalation("E1"),
    "multiple": MESSAGE + SIGNAL,
}


@pytest.mark.parametrize("kind", INTERRUPTING)
def test_an_interrupting_event_takes_the_token_of_the_task(kind: str) -> None:
    """13.5.3: the activity is cancelled, and the flow goes on from the event."""
    xml = drawing(boundary("b", "A", INTERRUPTING[kind]), "s A B e", "b C e2")
    assert words_of(xml) == {"AB", "C"}
    assert words_of(xml, observed=["b"]) == {"AB", "bC"}


def _repeated(longest: int) -> set[str]:
    """C any number of times while A is open; one that began before A was done may end later."""
    before = star({"C"}, longest)
    late = then(before, {"ACB", "ABC"})
    return up_to(longest, then(before, {"AB"}) | late)


@pytest.mark.parametrize("kind", REPEATING)
def test_a_non_interrupting_event_happens_any_number_of_times(kind: str) -> None:
    """10.5.6, 13.5.3: the activity goes on; the handler runs beside it."""
    xml = drawing(boundary("b", "A", REPEATING[kind], interrupting=False), "s A B e", "b C e2")
    assert words_of(xml, 5) == _repeated(5)


def test_a_timer_without_cycle_happens_once() -> None:
    """10.5.5: a timer of a date or a duration is due once."""
    xml = drawing(boundary("b", "A", TIMER, interrupting=False), "s A B e", "b C e2")
    assert words_of(xml, 5) == {"AB", "CAB", "ACB", "ABC"}
    assert words_of(xml, 5, observed=["b"]) == {"AB", "bCAB", "bACB", "bABC"}


_OPEN = sub("S", "s1 A B")
_ENDED = sub("S", "s1 A B e1")


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.5.3",
            "the path of the event joins the main flow",
            (boundary("b", "A", TIMER), "s A B e", "b C B"),
            {"AB", "CB"},
        ),
        case(
            "13.5.3",
            "the path of the event goes back to the activity",
            (boundary("b", "A", TIMER), "s A B e", "b C A"),
            {"AB", "CAB", "CCAB", "CCCAB"},
            5,
        ),
        case("13.5.3", "the event ends the path", (boundary("b", "A", TIMER), "s A B e", "b e2"), {"AB", ""}),
        case("13.5.3", "no flow out of the event", (boundary("b", "A", MESSAGE), "s A B e"), {"AB", ""}),
        case(
            "13.5.3",
            "several flows out of the event are a parallel split",
            (boundary("b", "A", TIMER), "s A B e", "b C e2", "b D e3"),
            {"AB", "CD", "DC"},
        ),
        case(
            "13.5.3",
            "two events on one task",
            (boundary("b", "A", TIMER), boundary("c", "A", MESSAGE), "s A B e", "b C e2", "c D e3"),
            {"AB", "C", "D"},
        ),
        case(
            "13.5.3",
            "only the activity is cancelled",
            (boundary("b", "A", TIMER), "s p A C x p2 E e", "p B p2", "b D x"),
            then(shuffles({"AC", "D"}, {"B"}), {"E"}),
        ),
        case(
            "13.5.3",
            "of two instances only one is cancelled",
            (boundary("b", "A", TIMER), "s p A e", "p A", "b C e2"),
            {"AA", "AC", "CA", "CC"},
        ),
        case(
            "13.5.3",
            "on an activity read as one step",
            (sub("S"), boundary("b", "S", TIMER), "s S B e", "b C e2"),
            {"SB", "C"},
        ),
        case(
            "13.5.3",
            "on a call that is not found",
            (call("K", "elsewhere"), boundary("b", "K", TIMER), "s K B e", "b C e2"),
            {"KB", "C"},
        ),
        case(
            "13.5.3",
            "a sub-process is left with all that is inside",
            (_OPEN, boundary("b", "S", TIMER), "s S D e", "b C e2"),
            {"ABD", "C", "AC"},
        ),
        case(
            # Until its end event has taken the token the sub-process is active (13.3.4).
            "13.5.3",
            "a sub-process is active until its end event",
            (_ENDED, boundary("b", "S", TIMER), "s S D e", "b C e2"),
            {"ABD", "C", "AC", "ABC"},
        ),
        case(
            "13.5.3",
            "all paths inside are left",
            (sub("S", "s1 p1 A", "p1 B"), boundary("b", "S", TIMER), "s S D e", "b C e2"),
            {"ABD", "BAD", "C", "AC", "BC"},
        ),
        case(
            "13.5.3",
            "sub-processes inside are left too",
            (sub("T", sub("S", "s1 A B"), "s2 S"), boundary("b", "T", TIMER), "s T D e", "b C e2"),
            {"ABD", "C", "AC"},
        ),
        case(
            "13.5.3",
            "an event on a step inside, and one on the whole",
            (
                sub("S", boundary("b1", "A", TIMER), "s1 A", "b1 B"),
                *(boundary("b", "S", MESSAGE), "s S D e", "b C e2"),
            ),
            {"AD", "BD", "C"},
        ),
        case(
            "13.5.3",
            "of two instances of a sub-process only one is left",
            (_OPEN, boundary("b", "S", TIMER), "s p S e", "p S", "b C e2"),
            shuffles({"AB", "C", "AC"}, {"AB", "C", "AC"}),
        ),
    ],
)
def test_interrupting(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def _while_open(inside: str, after: str, longest: int) -> set[str]:
    """`inside` then `after`, with C repeated while `inside` is open; the last C may end late."""
    began = shuffles({inside}, star({"C"}, longest))
    on_time = {word for word in began if word.endswith(inside[-1])}
    return up_to(longest, then(on_time, {after} | shuffle(after, "C")))


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.5.3",
            "on a sub-process, again and again",
            (_OPEN, boundary("b", "S", MESSAGE, interrupting=False), "s S D e", "b C e2"),
            _while_open("AB", "D", 5),
            5,
        ),
        case(
            "13.5.3",
            "on a sub-process, a timer once",
            (_OPEN, boundary("b", "S", TIMER, interrupting=False), "s S D e", "b C e2"),
            {"ABD"} | shuffle("ABD", "C"),
        ),
        case(
            # The path is a step of its own, then a step of the main flow: once in an instance (asrun's reading).
            "13.5.3",
            "the path joins the main flow at once",
            (boundary("b", "A", MESSAGE, interrupting=False), "s A B e", "b B"),
            {"AB", "ABB", "BAB"},
        ),
        case(
            "13.5.3",
            "the path joins the main flow later",
            (boundary("b", "A", MESSAGE, interrupting=False), "s A B e", "b C B"),
            {"AB"} | shuffle("AB", "CB"),
        ),
        case(
            "13.5.3",
            "the path joins behind a merge that does not wait",
            (boundary("b", "A", MESSAGE, interrupting=False), "s A x B e", "b C x"),
            {"AB"} | shuffle("AB", "CB"),
        ),
        case(
            "13.5.3",
            "a path of two steps",
            (boundary("b", "A", TIMER, interrupting=False), "s A B e", "b C D e2"),
            {"AB"} | shuffle("AB", "CD"),
        ),
        case(
            "13.5.3",
            "no flow out: nothing is to be seen of it",
            (boundary("b", "A", MESSAGE, interrupting=False), "s A B e"),
            {"AB"},
        ),
        case(
            "13.5.3",
            "a non-interrupting and an interrupting event: what has begun goes on",
            (
                *(boundary("b", "A", TIMER, interrupting=False), boundary("c", "A", MESSAGE)),
                *("s A B e", "b C e2", "c D e3"),
            ),
            {"AB", "D"} | shuffle("AB", "C") | shuffle("D", "C"),
        ),
        case(
            "13.5.3",
            "two timers, each once",
            (
                *(boundary("b", "A", TIMER, interrupting=False), boundary("c", "A", TIMER, interrupting=False)),
                *("s A e", "b C e2", "c D e3"),
            ),
            {"A"} | shuffle("A", "C") | shuffle("A", "D") | shuffle("A", "C", "D"),
        ),
    ],
)
def test_non_interrupting(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_a_timer_is_due_anew_in_each_instance() -> None:
    """13.5.3: an event belongs to an instance of its activity; here A comes round again."""
    found = words_of(drawing(boundary("b", "A", TIMER, interrupting=False), "s x A y e", "y x", "b C e2"), 4)
    assert {word for word in found if len(word) <= 3} == {"A", "AA", "AAA", "AC", "CA", "AAC", "ACA", "CAA"}
    assert found >= {"CACA", "CAAC", "ACAC", "ACCA"}
    assert "CCAA" not in found  # the second is due in the second instance, that is after the first A


def test_what_waits_behind_a_non_interrupting_event_keeps_the_case_open() -> None:
    """13.2: complete when no token is left, wherever it came from."""
    xml = drawing(boundary("b", "A", TIMER, interrupting=False), "s A e", "b B C e2")
    assert words_of(xml) == {"A"} | shuffle("A", "BC")
