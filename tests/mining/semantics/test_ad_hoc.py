"""Ad-hoc sub-processes, whose work is picked rather than led (BPMN 2.0.2, 10.3.5, 13.3.5)."""

from __future__ import annotations

import pytest

from tests.mining.semantics.drawings import TIMER, ad_hoc, boundary, drawing, sub
from tests.mining.semantics.playing import case, words_of
from tests.mining.semantics.words import shuffles, star, then

_ANY = star({"A", "B"}, 4) - {""}
_SEQUENTIAL = {"ordering": "Sequential"}
_TO_THE_END = {"cancelRemainingInstances": "false"}


def _is_led(word: str) -> bool:
    """Whether no B comes without an A of its own before it."""
    return all(word[:n].count("B") <= word[:n].count("A") for n in range(len(word) + 1))


@pytest.mark.parametrize(
    ("xml", "longest", "expected"),
    [
        case(
            "13.3.5", "one activity, once or more", (ad_hoc("H", "A"), "s H C e"), then(star({"A"}, 4) - {""}, {"C"}), 5
        ),
        case("13.3.5", "any of two, in any order", (ad_hoc("H", "A", "B"), "s H C e"), then(_ANY, {"C"}), 5),
        case(
            "13.3.5",
            "one after another: the same words for tasks",
            (ad_hoc("H", "A", "B", **_SEQUENTIAL), "s H C e"),
            then(_ANY, {"C"}),
            5,
        ),
        case(
            "13.3.5", "running ones to the end", (ad_hoc("H", "A", "B", **_TO_THE_END), "s H C e"), then(_ANY, {"C"}), 5
        ),
        case("10.3.5", "without content it is one step", (ad_hoc("H"), "s H C e"), {"HC"}),
        case(
            # B needs a token from A, which A brings each time. (From four steps on, how many tokens are kept counts.)
            "13.3.5",
            "a flow inside: first the one, then the other",
            (ad_hoc("H", "A B", "D"), "s H e"),
            {word for word in star({"A", "B", "D"}, 3) - {""} if _is_led(word)},
            3,
        ),
        case(
            "13.3.5",
            "sub-processes inside, one at a time",
            (ad_hoc("H", "A", sub("S", "s1 B D"), ordering="Sequential", cancelRemainingInstances="false"), "s H e"),
            star({"A", "BD"}, 5) - {""},
            5,
        ),
        case(
            "13.3.5",
            "beside another branch",
            (ad_hoc("H", "A", "B"), "s p H p2 e", "p C p2"),
            shuffles(star({"A", "B"}, 3) - {""}, {"C"}),
            4,
        ),
        case(
            "13.5.3",
            "left by a timer",
            (ad_hoc("H", "A", "B"), boundary("b", "H", TIMER), "s H C e", "b D e2"),
            then(star({"A", "B"}, 3) - {""}, {"C"}) | then(star({"A", "B"}, 3), {"D"}),
            4,
        ),
    ],
)
def test_ad_hoc(xml: bytes, longest: int, expected: set[str]) -> None:
    assert words_of(xml, longest) == expected


def test_side_by_side_an_activity_may_come_between_the_steps_of_another() -> None:
    """13.3.5: with parallel ordering another activity can be picked at any time."""
    inside = ("A", sub("S", "s1 B D"))
    beside = words_of(drawing(ad_hoc("H", *inside, ordering="Parallel", **_TO_THE_END), "s H e"), 3)
    assert beside >= {"A", "BD", "BAD", "ABD", "BDA", "AAA"}
    assert not beside & {"", "B", "AB", "BA", "D", "DB"}  # what runs is brought to its end


def test_what_still_runs_is_cancelled_when_another_activity_completes_the_whole() -> None:
    """13.3.5: cancelRemainingInstances is the default."""
    found = words_of(drawing(ad_hoc("H", "A", sub("S", "s1 B D")), "s H e"), 3)
    assert found >= {"A", "BA", "BD", "BAD", "BDA"}
    assert not found & {"", "B", "D"}  # none of the activities of H has completed


def test_completion_is_asked_for_when_an_activity_completes() -> None:
    """13.3.5: after each completion of an inner activity the completion condition is evaluated, and only then.

    A completes, H goes on; S begins with B. S has not completed, so there is nothing to end H with S half done.
    """
    found = words_of(drawing(ad_hoc("H", "A", sub("S", "s1 B D")), "s H e"), 2)
    assert found == {"A", "AA", "BA", "BD"}
