"""Small drawings with their exact languages (BPMN 2.0.2)."""

from __future__ import annotations

import pytest

from mining.automaton import language
from mining.errors import MiningError
from mining.standard import standard_from_bpmn
from tests.mining.drawn import drawn, standard


def words(*chains: str, longest: int = 6) -> set[str]:
    return {"".join(word) for word in language(standard(*chains).automaton, longest)}


@pytest.mark.parametrize(
    ("chains", "longest", "expected"),
    [
        # 13.3.1 sequence flow: one step after the other
        (("s A B e",), 6, {"AB"}),
        # 13.4.2 exclusive gateway: one branch; merging, each token passes
        (("s x1 A x2 e", "x1 B x2"), 6, {"A", "B"}),
        # 13.4.1 parallel gateway: any interleaving, waits for all
        (("s p1 A p2 C e", "p1 B p2"), 6, {"ABC", "BAC"}),
        # 10.6.2 a branch without a step
        (("s x1 A x2 B e", "x1 x2"), 6, {"B", "AB"}),
        # a loop by gateways
        (("s x1 A x2 e", "x2 x1"), 3, {"A", "AA", "AAA"}),
        (("s x1 A x2 e", "x2 B x1"), 5, {"A", "ABA", "ABABA"}),
        # 13.3.2 several flows out of an activity: a parallel split; nodes without outgoing flow end (13.5.6)
        (("s A B", "A C"), 6, {"ABC", "ACB"}),
        # 13.3.2 several flows into an activity: it runs once per token
        (("s p1 A C e", "p1 B C"), 6, {"ABCC", "BACC", "ACBC", "BCAC"}),
        # 10.5.2 several start events are alternatives
        (("s1 A B e", "s2 C B"), 6, {"AB", "CB"}),
        # 13.1 no start event: what nothing leads to starts with the process, all of it
        (("A C", "B D"), 6, {"ABCD", "ACBD", "ABDC", "BACD", "BADC", "BDAC"}),
        # 13.5.6 complete when no tokens are left: two ends, both branches run
        (("s p1 A e1", "p1 B e2"), 6, {"AB", "BA"}),
        # a gateway that is split and merge at once
        (("s1 x1 A e1", "s2 x1 B e2"), 6, {"A", "B"}),
        # flows out of a start event are a parallel split too
        (("s A e", "s B e"), 6, {"AB", "BA"}),
    ],
)
def test_exact_language(chains: tuple[str, ...], longest: int, expected: set[str]) -> None:
    assert words(*chains, longest=longest) == expected


def test_a_silent_step_leaves_no_event() -> None:
    for name in ("B", "Check it"):
        flow = standard("s A B C e", names={"B": "Check it"}, silent=[name])
        assert language(flow.automaton, 5) == (("A", "C"),)
    with pytest.raises(MiningError, match="Did you mean 'Check it'"):
        standard("s A B C e", names={"B": "Check it"}, silent=["Chek it"])


def test_two_elements_of_one_name_are_one_label() -> None:
    flow = standard("s x1 A B e", "x1 C B", names={"C": "A"})
    assert flow.labels == ("A", "B")
    assert flow.elements_of("A") == ("A", "C")
    assert flow.automaton.state_count == 3


def test_the_order_of_the_file_does_not_count() -> None:
    one = standard("s p1 A p2 e", "p1 B p2")
    two = standard("p1 B p2", "s p1 A p2 e")
    assert one.automaton.delta.tolist() == two.automaton.delta.tolist()
    assert [e.id for e in one.space.elements] == [e.id for e in two.space.elements]


def test_a_wide_parallel_block_shrinks() -> None:
    flow = standard("s p1 T0 p2 e", *(f"p1 T{n} p2" for n in range(1, 8)))
    assert flow.automaton.state_count == 2**8
    assert flow.automaton.shortest_run == 8


def test_steps_keep_their_lane() -> None:
    xml = drawn("s A e").replace(
        b'<process id="flow">',
        b'<process id="flow"><laneSet><lane id="l" name="Desk"><flowNodeRef>A</flowNodeRef></lane></laneSet>',
    )
    assert [step.lane for step in standard_from_bpmn(xml, source="f").steps] == ["Desk"]
