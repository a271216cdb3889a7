"""Event sub-processes (BPMN 2.0.2, 10.3.5, 10.5.6, 13.5.4).

What is asrun's reading beside the standard's text: a non-interrupting one happens again only once it has ended.
"""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    CONDITION,
    CYCLE,
    MESSAGE,
    SIGNAL,
    TERMINATE,
    TIMER,
    Node,
    drawing,
    end,
    error,
    escalation,
    event_sub,
    start,
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
    "escalation that nothing throws": escalation("E1"),
    "error that nothing throws": error("E1"),
    "multiple": MESSAGE + SIGNAL,
}
REPEATING = {
    "message": MESSAGE,
    "timer cycle": CYCLE,
    "signal": SIGNAL,
    "conditional": CONDITION,
    "escalation that nothing throws": escalation("E1"),
    "multiple": MESSAGE + SIGNAL,
}


def _handler(trigger: str, *, interrupting: bool, steps: str = "C") -> Node:
    return event_sub("E", start("f", trigger, interrupting=interrupting), f"f {steps} e9")


@pytest.mark.parametrize("kind", INTERRUPTING)
def test_an_interrupting_one_takes_the_place_of_the_rest(kind: str) -> None:
    """13.5.4: all else in the process ends, and the handler runs; then the process is complete."""
    xml = drawing(_handler(INTERRUPTING[kind], interrupting=True), "s A B e")
    assert words_of(xml) == {"AB", "C", "AC", "ABC"}
    assert words_of(xml, observed=["f"]) == {"AB", "fC", "AfC", "ABfC"}


@pytest.mark.parametrize("kind", REPEATING)
def test_a_non_interrupting_one_runs_beside_the_rest(kind: str) -> None:
    """13.5.4: any number of times; the process goes on."""
    xml = drawing(_handler(REPEATING[kind], interrupting=False), "s A B e")
    assert words_of(xml, 5) == up_to(5, shuffles({"AB"}, star({"C"}, 5)))


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.5.4",
            "a timer without cycle is due once",
            (_handler(TIMER, interrupting=False), "s A B e"),
            {"AB"} | shuffle("AB", "C"),
        ),
        case(
            "13.5.4",
            "of two steps",
            (_handler(TIMER, interrupting=False, steps="C D"), "s A B e"),
            {"AB"} | shuffle("AB", "CD"),
        ),
        case(
            "13.5.4",
            "an interrupting one of two steps is not interrupted by itself",
            (_handler(MESSAGE, interrupting=True, steps="C D"), "s A"),
            {"A", "CD"},
        ),
        case(
            "13.5.4",
            "interrupting in a sub-process: the rest of it, not of the case",
            (sub("S", _handler(MESSAGE, interrupting=True), "s1 A B"), "s S D e"),
            {"ABD", "CD", "ACD"},
        ),
        case(
            "13.5.4",
            "interrupting in one of two branches",
            (sub("S", _handler(MESSAGE, interrupting=True), "s1 A"), "s p S p2 D e", "p B p2"),
            then(shuffles({"A", "C"}, {"B"}), {"D"}),
        ),
        case(
            "13.5.4",
            "the parent waits for one that runs",
            (sub("S", _handler(TIMER, interrupting=False), "s1 A B e1"), "s S D e"),
            then({"AB"} | shuffle("AB", "C"), {"D"}),
        ),
        case(
            "13.5.4",
            "interrupting ends one that runs",
            (
                event_sub("E", start("f", TIMER, interrupting=False), "f C D"),
                event_sub("F", start("g", MESSAGE), "g B"),
                "s A e",
            ),
            {"A"} | shuffle("A", "CD") | then(shuffles({"", "A"}, {"", "C", "CD"}), {"B"}),
        ),
        case(
            "13.5.4",
            "interrupting ends sub-processes that run",
            (sub("S", "s1 A B"), _handler(MESSAGE, interrupting=True), "s S D"),
            {"ABD", "C", "AC", "ABC"},
        ),
        case(
            "13.5.4",
            "once interrupted there is no other handler",
            (
                event_sub("E", start("f", MESSAGE), "f B C"),
                event_sub("F", start("g", SIGNAL), "g D G"),
                "s A",
            ),
            {"A", "BC", "DG"},
        ),
        case(
            "13.5.4",
            "two timers, each once",
            (
                event_sub("E", start("f", TIMER, interrupting=False), "f B e1"),
                event_sub("F", start("g", TIMER, interrupting=False), "g C e2"),
                "s A e",
            ),
            {"A"} | shuffle("A", "B") | shuffle("A", "C") | shuffle("A", "B", "C"),
        ),
        case(
            "13.5.4",
            "each instance of the parent has its own",
            (sub("S", _handler(TIMER, interrupting=False), "s1 A e1"), "s p S e", "p S"),
            shuffles({"A", "AC", "CA"}, {"A", "AC", "CA"}),
        ),
        case(
            "13.5.6",
            "terminate in it ends it alone",
            (
                event_sub("E", start("f", TIMER, interrupting=False), end("t", TERMINATE), "f p C t", "p D e1"),
                "s A e",
            ),
            {"A"} | shuffles({"A"}, {"C", "CD", "DC"}),
        ),
        case(
            "13.5.4",
            "one inside another's content",
            (
                event_sub(
                    "E",
                    start("f", MESSAGE),
                    event_sub("F", start("g", SIGNAL), "g C"),
                    "f B",
                ),
                "s A",
            ),
            {"A", "B", "C"},
        ),
    ],
)
def test_event_sub_processes(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_while_the_parent_only_waits_for_a_handler_no_other_begins() -> None:
    """13.5.4: an activity whose own work is done is completing, and no event sub-process begins in it any more."""
    xml = drawing(
        event_sub("E", start("f", TIMER, interrupting=False), "f C D"),
        event_sub("F", start("g", MESSAGE), "g B"),
        "s A",
    )
    assert words_of(xml) == {"A", "B", "CB", "CDB"} | shuffle("A", "CD")
