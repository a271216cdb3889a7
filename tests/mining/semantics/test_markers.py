"""Loops and multiple instances by marker (BPMN 2.0.2, 10.3.8, 13.3.6, 13.3.7).

What is asrun's reading beside the standard's text: at least one pass, also where a loop tests before or a number is
not stated; of instances side by side whose number is not stated at most three run at one time.
"""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import (
    LOOP,
    MESSAGE,
    TERMINATE,
    TIMER,
    Node,
    boundary,
    call,
    definitions,
    drawing,
    end,
    error,
    loop,
    many,
    process,
    sub,
    task,
)
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import prefixes, shuffle, shuffles, star, then

_TAGS = ["task", "userTask", "serviceTask", "receiveTask"]
_ANY_NUMBER = star({"A"}, 5) - {""}


@pytest.mark.parametrize("tag", _TAGS)
@pytest.mark.parametrize("marker", [LOOP, many(), many(sequential=True)], ids=["loop", "parallel", "sequential"])
def test_a_task_with_a_marker_runs_once_or_more(tag: str, marker: str) -> None:
    """13.3.6, 13.3.7."""
    assert words_of(drawing(task("A", tag, marker=marker), "s A B e"), 6) == then(_ANY_NUMBER, {"B"})


def _steps(marker: str) -> Node:
    return sub("S", "s1 A B e1", marker=marker)


def _nested(word: str) -> int:
    """How many A's are at most open, an A being closed by a B; -1 where a B is too many or an A stays open."""
    count, most = 0, 0
    for letter in word:
        count += 1 if letter == "A" else -1
        most = max(most, count)
        if count < 0:
            return -1
    return -1 if count else most


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.3.6", "a loop with a maximum", (task("A", marker=loop(2)), "s A B e"), {"AB", "AAB"}),
        case("13.3.6", "a loop of at most one", (task("A", marker=loop(1)), "s A B e"), {"AB"}),
        case("13.3.6", "a sub-process in a loop", (_steps(LOOP), "s S C e"), {"ABC", "ABABC"}),
        case("13.3.6", "a sub-process, at most twice", (_steps(loop(2)), "s S C e"), {"ABC", "ABABC"}, 8),
        case(
            "13.3.6",
            "a loop in a loop",
            (sub("S", task("A", marker=LOOP), "s1 A B e1", marker=LOOP), "s S e"),
            star(then(star({"A"}, 5) - {""}, {"B"}), 6) - {""},
        ),
        case(
            "13.3.6",
            "each pass chooses anew",
            (sub("S", "s1 x A e1", "x B e1", marker=LOOP), "s S e"),
            star({"A", "B"}, 4) - {""},
            4,
        ),
        case("13.3.6", "a sub-process without content", (sub("S", marker=LOOP), "s S e"), star({"S"}, 4) - {""}, 4),
        case(
            "13.3.6",
            "beside another branch",
            (task("A", marker=loop(2)), "s p A p2 e", "p B p2"),
            shuffles({"A", "AA"}, {"B"}),
        ),
        case(
            "13.3.6",
            "each token has a loop of its own",
            (task("A", marker=loop(2)), "s p A B e", "p A"),
            shuffles({"AB", "AAB"}, {"AB", "AAB"}),
        ),
    ],
)
def test_loops(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.3.7", "exactly two, one after another", (task("A", marker=many(2, sequential=True)), "s A B e"), {"AAB"}
        ),
        case("13.3.7", "exactly two, side by side", (task("A", marker=many(2)), "s A B e"), {"AAB"}),
        case("13.3.7", "exactly one", (task("A", marker=many(1)), "s A B e"), {"AB"}),
        case("13.3.7", "exactly five, more than run at a time", (task("A", marker=many(5)), "s A B e"), {"AAAAAB"}),
        case("13.3.7", "sub-processes one after another", (_steps(many(sequential=True)), "s S C e"), {"ABC", "ABABC"}),
        case(
            "13.3.7",
            "exactly two sub-processes one after another",
            (_steps(many(2, sequential=True)), "s S C e"),
            {"ABABC"},
        ),
        case("13.3.7", "exactly two sub-processes side by side", (_steps(many(2)), "s S C e"), {"ABABC", "AABBC"}),
        case(
            "13.3.7", "exactly three sub-processes side by side", (_steps(many(3)), "s S e"), shuffle("AB", "AB", "AB")
        ),
        case(
            "13.3.7",
            "any number side by side",
            (_steps(many()), "s S e"),
            {word for word in star({"A", "B"}, 6) if 0 < _nested(word) <= 3},
        ),
        case(
            "13.3.7",
            "instances do not mix",
            (sub("S", "s1 p1 A p2 C e1", "p1 B p2", marker=many(2)), "s S e"),
            shuffles({"ABC", "BAC"}, {"ABC", "BAC"}),
        ),
        case(
            "13.3.7",
            "what follows waits for all",
            (_steps(many(2)), "s p S p2 D e", "p C p2"),
            then(shuffles({"ABAB", "AABB"}, {"C"}), {"D"}),
        ),
        case(
            "13.3.7",
            "each token has instances of its own",
            (task("A", marker=many(2)), "s p A B e", "p A"),
            shuffle("AAB", "AAB"),
        ),
    ],
)
def test_multiple_instances(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


_OPEN = "s1 A B"
_TWO = {"ABAB", "AABB"}


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.3.6",
            "a loop that a timer ends",
            (task("A", marker=LOOP), boundary("b", "A", TIMER), "s A B e", "b C e2"),
            then(star({"A"}, 4) - {""}, {"B"}) | then(star({"A"}, 4), {"C"}),
            5,
        ),
        case(
            # With the second pass the activity is done; there is nothing to interrupt any more.
            "13.3.6",
            "a loop with a maximum that a timer ends",
            (task("A", marker=loop(2)), boundary("b", "A", TIMER), "s A B e", "b C e2"),
            {"AB", "AAB", "C", "AC"},
        ),
        case(
            "13.5.3",
            "two one after another, all cancelled",
            (task("A", marker=many(2, sequential=True)), boundary("b", "A", TIMER), "s A B e", "b C e2"),
            {"AAB", "C", "AC"},
        ),
        case(
            "13.5.3",
            "two side by side, all cancelled",
            (sub("S", _OPEN, marker=many(2)), boundary("b", "S", TIMER), "s S C e", "b D e2"),
            then(_TWO, {"C"}) | then(prefixes(_TWO) - _TWO, {"D"}),
        ),
        case(
            "13.5.3",
            "an error in one cancels all",
            (
                sub("S", end("t", error("E1")), "s1 A x t", "x B e1", marker=many(2)),
                *(boundary("b", "S", error("E1")), "s S C e", "b D e2"),
            ),
            then(_TWO, {"C"}) | {"AD", "AAD", "ABAD", "AABD"},
        ),
        case(
            "13.5.3",
            "a non-interrupting timer belongs to the whole: once",
            (task("A", marker=many(2)), boundary("b", "A", TIMER, interrupting=False), "s A B e", "b C e2"),
            {"AAB"} | shuffle("AAB", "C"),
        ),
        case(
            "13.5.3",
            "a boundary inside belongs to its instance",
            (sub("S", boundary("b", "A", MESSAGE), "s1 A", "b B", marker=many(2)), "s S C e"),
            then(shuffles({"A", "B"}, {"A", "B"}), {"C"}),
        ),
        case(
            # 13.5.6: in a multi-instance sub-process only the affected instance is terminated.
            "13.5.6",
            "terminate ends its own instance, side by side",
            (sub("S", end("t", TERMINATE), "s1 p1 A t", "p1 B e1", marker=many(2)), "s S C e"),
            then(shuffles({"A", "AB", "BA"}, {"A", "AB", "BA"}), {"C"}),
        ),
        case(
            "13.5.6",
            "terminate ends its own instance, one after another",
            (sub("S", end("t", TERMINATE), "s1 p1 A t", "p1 B e1", marker=many(2, sequential=True)), "s S C e"),
            then({"A", "AB", "BA"}, {"A", "AB", "BA"}, {"C"}),
        ),
    ],
)
def test_events_on_marked_activities(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_a_completion_condition_may_end_it_before_all_have_run() -> None:
    """13.3.7: evaluated every time an instance completes; once it holds, the rest is cancelled."""
    one_by_one = task("A", marker=many(3, sequential=True, until="enough"))
    assert words_of(drawing(one_by_one, "s A B e")) == {"AB", "AAB", "AAAB"}
    beside = sub("S", "s1 A B", marker=many(2, until="enough"))
    assert words_of(drawing(beside, "s S C e")) == {"ABC", "AABC", "ABABC", "AABBC"}


def test_a_call_can_be_marked() -> None:
    called = process("s1 A B e1", name="called")
    assert words_of(definitions(process(call("K", "called", marker=many(2)), "s K C e"), called)) == {"ABABC", "AABBC"}
    assert words_of(definitions(process(call("K", "called", marker=loop(2)), "s K C e"), called)) == {"ABC", "ABABC"}
    assert words_of(drawing(call("K", "elsewhere", marker=many(2)), "s K C e")) == {"KKC"}
