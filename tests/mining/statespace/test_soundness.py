"""Flows that can't be followed."""

from __future__ import annotations

import pytest

from mining.bpmn import read_bpmn
from mining.errors import MiningError
from mining.petri import read_pnml
from mining.statespace import check_soundness, explore_drawing, explore_net
from tests.mining.drawn import drawn, pnml, standard


def flaws(*chains: str) -> list[str]:
    return [flaw.kind for flaw in check_soundness(explore_drawing(read_bpmn(drawn(*chains), source="f"))).flaws]


@pytest.mark.parametrize(
    ("chains", "expected"),
    [
        (("s A e",), []),
        (("s e",), ["empty"]),
        (("s x1 A p1 e", "x1 B p1"), ["empty", "dead"]),
        (("s x1 A p1 C e", "x1 B p1", "x1 D e"), ["deadlock", "dead"]),
        (("s x1 A e", "x1 B x2 C x2"), ["deadlock"]),
    ],
)
def test_flaws(chains: tuple[str, ...], expected: list[str]) -> None:
    assert flaws(*chains) == expected


def test_a_deadlock_is_told_with_a_run() -> None:
    with pytest.raises(MiningError) as caught:
        standard("s x1 A p1 C e", "x1 B p1", "x1 D e")
    text = str(caught.value)
    assert "stuck" in text
    assert "s > x1 > A" in text
    assert "ever gets to C, p1" in text
    assert len(caught.value.problems) == 2


def test_an_unbounded_flow_is_told() -> None:
    with pytest.raises(MiningError, match="unbounded at the flow from 'A' to 'e'"):
        standard("s x1 A x1", "A e")


def test_an_unbounded_net_is_told() -> None:
    net = read_pnml(pnml({"i": 1, "m": 0}, {"t": "A"}, ["i t", "t i", "t m"], final={"m": 1}), source="f")
    with pytest.raises(MiningError, match="unbounded at place"):
        explore_net(net)


def test_too_many_states_is_an_answer() -> None:
    chains = ("s p1 T0 p2 e", *(f"p1 T{n} p2" for n in range(1, 10)))
    with pytest.raises(MiningError, match="more than 500 states"):
        explore_drawing(read_bpmn(drawn(*chains), source="f"), max_states=500)


def test_lack_of_synchronisation_is_a_warning() -> None:
    # BPMN allows it (13.3.2): the step behind runs twice.
    found = check_soundness(explore_drawing(read_bpmn(drawn("s p1 A x1 C e", "p1 B x1"), source="f")))
    assert found.is_sound
    assert {warning.kind for warning in found.warnings} == {"lack_of_synchronisation"}
    assert "'x1' to 'C'" in found.warnings[0].what
