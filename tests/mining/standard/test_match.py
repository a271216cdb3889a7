"""Log activities and steps."""

from __future__ import annotations

from mining.standard import match_activities
from tests.mining.drawn import standard

FLOW = ("s A B C e",)
NAMES = {"A": "Register  ticket", "B": "Resolve ticket", "C": "Close ticket"}


def test_equal_names_mapping_by_name_and_by_id_and_ignoring() -> None:
    flow = standard(*FLOW, names=NAMES)
    match = match_activities(
        flow,
        [" Register ticket", "Fixed", "done", "Mail sent", "??"],
        mapping={"Fixed": "Resolve  ticket", "done": "C"},
        ignore=["Mail  sent"],
    )
    assert match.steps == ("Register ticket", "Resolve ticket", "Close ticket", None, None)
    assert match.is_ignored == (False, False, False, True, False)
    assert match.ignored == frozenset({"Mail sent"})
    assert match.unmatched_activities == ("??",)
    assert match.unmatched_steps == ()
    assert match.problems == ()


def test_what_is_left_over_is_told() -> None:
    match = match_activities(standard(*FLOW, names=NAMES), ["Register ticket"], mapping={})
    assert match.unmatched_steps == ("Close ticket", "Resolve ticket")


def test_problems_name_the_nearest_step_and_come_together() -> None:
    match = match_activities(
        standard(*FLOW, names=NAMES),
        ["x"],
        mapping={"x": "Resolve tiket", "y": "zzz", "z": "A"},
        ignore=["z"],
    )
    said = [str(problem) for problem in match.problems]
    assert len(said) == 3
    assert "Did you mean 'Resolve ticket'?" in said[0]
    assert "no step" in said[1]
    assert "ignored" in said[2]
    assert match.steps == (None,)
