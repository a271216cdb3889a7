"""Tasks, and the flows into and out of activities (BPMN 2.0.2, 10.3.3, 13.3.1 to 13.3.3)."""

from __future__ import annotations

import pytest

from mining.errors import MiningError
from tests.mining.semantics.drawings import drawing, sub, task
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffle, star, then

TASKS = ["task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask"]


@pytest.mark.parametrize("tag", TASKS)
def test_a_task_of_any_type_is_one_step(tag: str) -> None:
    """10.3.3, 13.3.3: the types differ in who does the work, not in the flow."""
    assert words_of(drawing("s A B e", task("A", tag))) == {"AB"}


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.3.1", "one step after the other", ("s A B C e",), {"ABC"}),
        case("13.3.2", "several flows out are a parallel split", ("s A B e1", "A C e2"), {"ABC", "ACB"}),
        case(
            "13.3.2",
            "three flows out, to one end",
            ("s A B e", "A C e", "A D e"),
            then({"A"}, shuffle("B", "C", "D")),
        ),
        case("13.3.2", "several flows in: alternatives pass", ("s x A C e", "x B C"), {"AC", "BC"}),
        case(
            "13.3.2", "several flows in: each token runs it", ("s p A C e", "p B C"), {"ABCC", "BACC", "ACBC", "BCAC"}
        ),
        case(
            "13.3.2",
            "split and merge without gateways",
            ("s A B D e", "A C D"),
            {"ABCDD", "ACBDD", "ABDCD", "ACDBD"},
        ),
        case("13.3.2", "two tokens in a row of steps", ("s p x A B e", "p x"), {"ABAB", "AABB"}),
        case("13.2", "a task that nothing follows ends its path", ("s A",), {"A"}),
        case("13.2", "complete only when every path has ended", ("s p A", "p B C"), {"ABC", "BAC", "BCA"}),
        case("13.3.2", "the way back as a second flow in", ("s A x e", "x A"), star({"A"}, 6) - {""}),
        case("13.3.2", "the way back with a step on it", ("s A x e", "x B A"), {"A", "ABA", "ABABA"}),
    ],
)
def test_flows_of_activities(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case("13.3.2", "any conditions may hold, one must", ("s A ?B e", "A ?C e"), {"AB", "AC", "ABC", "ACB"}),
        case("13.3.2", "one condition alone must hold", ("s A ?B e",), {"AB"}),
        case(
            "13.3.2",
            "three conditions",
            ("s A ?B e", "A ?C e", "A ?D e"),
            then(
                {"A"},
                {"B", "C", "D"} | shuffle("B", "C") | shuffle("B", "D") | shuffle("C", "D") | shuffle("B", "C", "D"),
            ),
        ),
        case("13.3.2", "beside a flow without condition", ("s A ?B e", "A C e"), {"AC", "ABC", "ACB"}),
        case("13.3.2", "the default instead of the condition", ("s A ?B e", "A /C e"), {"AB", "AC"}),
        case(
            "13.3.2",
            "the default instead of all conditions",
            ("s A ?B e", "A ?C e", "A /D e"),
            {"AB", "AC", "ABC", "ACB", "AD"},
        ),
        case(
            "13.3.2",
            "conditional, default and plain flow",
            ("s A ?B e", "A C e", "A /D e"),
            {"ABC", "ACB", "ADC", "ACD"},
        ),
        case("13.3.2", "a condition on the way to the end", ("s A ?B e", "A ?e"), {"A", "AB"}),
        case(
            "13.3.2",
            "conditional paths that meet again run what follows once each",
            ("s A ?B D e", "A ?C D"),
            {"ABD", "ACD", "ABCDD", "ACBDD", "ABDCD", "ACDBD"},
        ),
        case(
            "13.3.2",
            "conditional paths into an inclusive join",
            ("s A ?B o D e", "A ?C o"),
            {"ABD", "ACD", "ABCD", "ACBD"},
        ),
        case(
            "13.3.2",
            "conditional flows out of a sub-process",
            (sub("S", "s1 A e1"), "s S ?B e", "S /C e"),
            {"AB", "AC"},
        ),
    ],
)
def test_conditional_and_default_flows(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_a_silent_task_leaves_no_step() -> None:
    assert words_of(drawing("s A B C e"), silent=["B"]) == {"AC"}
    assert words_of(drawing("s x A y B e", "x C y"), silent=["A", "C"]) == {"B"}


def honoured_or_refused(xml: bytes, name: str, words: set[str]) -> bool:
    try:
        return words_of(xml) == words
    except MiningError as refused:
        return f"'{name}'" in str(refused)


def test_the_number_of_tokens_that_an_activity_puts_out_is_not_lost() -> None:
    """13.3.2: completionQuantity tokens leave on each flow. Honoured, or refused by id; never taken for one."""
    assert honoured_or_refused(drawing("s A B e", task("A", completionQuantity="2")), "A", {"ABB"})


def test_the_number_of_tokens_that_an_activity_waits_for_is_not_lost() -> None:
    """13.3.2: an activity starts once startQuantity tokens are there. Honoured, or refused by id."""
    xml = drawing("s p A C e", "p B C", task("C", startQuantity="2"))
    assert honoured_or_refused(xml, "C", {"ABC", "BAC"})
