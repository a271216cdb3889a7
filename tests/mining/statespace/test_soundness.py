"""Flows that can't be followed."""

from __future__ import annotations

import pytest

from mining.bpmn import read_bpmn
from mining.errors import MiningError
from mining.petri import read_pnml
from mining.statespace import check_soundness, explore_drawing, explore_net
from tests.mining.drawn import document, drawn, parts, pnml, standard


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
    assert "'x1' to 'C'" in found.warnings[0].what
    assert [warning.kind for warning in found.warnings] == ["lack_of_synchronisation"] * 2 + ["improper_completion"]


def test_an_end_that_leaves_others_running_is_a_warning() -> None:
    found = check_soundness(explore_drawing(read_bpmn(drawn("s p1 A e1", "p1 B C e2"), source="f")))
    assert found.is_sound
    assert {(warning.kind, warning.element_ids) for warning in found.warnings} == {
        ("improper_completion", ("e1",)),
        ("improper_completion", ("e2",)),
    }
    assert found.warnings[0].run == ("s", "p1", "A", "e1")


def test_an_end_inside_a_sub_process_leaves_what_is_outside_alone() -> None:
    inside = parts("s2 X e2").replace('"f', '"g')
    body = parts("s p1 S e1", "p1 B e1").replace('<task id="S" name="S"/>', f'<subProcess id="S">{inside}</subProcess>')
    found = check_soundness(explore_drawing(read_bpmn(document(body), source="f")))
    assert {warning.element_ids for warning in found.warnings if warning.kind == "improper_completion"} == {("e1",)}


def test_instances_of_one_sub_process_are_no_lack_of_synchronisation() -> None:
    inside = parts("s2 X Y e2").replace('"f', '"g')
    many = f'<subProcess id="S"><multiInstanceLoopCharacteristics/>{inside}</subProcess>'
    body = parts("s S e").replace('<task id="S" name="S"/>', many)
    space = explore_drawing(read_bpmn(document(body), source="f"))
    assert check_soundness(space).warnings == ()
    assert [note for identity, note in space.notes if identity == "S"] == ["at most 3 of its instances run at a time."]


def test_fewer_instances_run_at_a_time_where_the_bound_asks_for_it() -> None:
    inside = parts("s2 p1 X p2 e2", "p1 Y p2", "p1 Z p2").replace('"f', '"g')
    many = f'<subProcess id="S"><multiInstanceLoopCharacteristics/>{inside}</subProcess>'
    drawing = read_bpmn(document(parts("s S e").replace('<task id="S" name="S"/>', many)), source="f")
    noted = {
        bound: [note for identity, note in explore_drawing(drawing, max_states=bound).notes if identity == "S"]
        for bound in (30, 200, 2000)
    }
    assert noted == {
        30: ["at most 1 of its instances run at a time."],
        200: ["at most 2 of its instances run at a time."],
        2000: ["at most 3 of its instances run at a time."],
    }
    with pytest.raises(MiningError, match="more than 5 states"):
        explore_drawing(drawing, max_states=5)


def test_what_nothing_leads_to_is_dead() -> None:
    with pytest.raises(MiningError, match="no run of the flow ever gets to B"):
        standard("s A e", "B e")


def test_a_sub_process_that_piles_up_is_unbounded() -> None:
    inside = parts("s2 X e2").replace('"f', '"g')
    body = parts("s x1 A x1", "A S").replace('<task id="S" name="S"/>', f'<subProcess id="S">{inside}</subProcess>')
    with pytest.raises(MiningError, match="unbounded at"):
        explore_drawing(read_bpmn(document(body), source="f"))


def test_growth_that_ends_by_itself_is_no_unbounded_flow() -> None:
    # The event on A may come back only when all four tokens behind it are gone.
    body = parts("s A e", "p1 x1 B", "p1 x1", "p1 x1", "p1 x1") + (
        '<boundaryEvent id="b" attachedToRef="A" cancelActivity="false"><signalEventDefinition/></boundaryEvent>'
        '<sequenceFlow id="fb" sourceRef="b" targetRef="p1"/>'
    )
    space = explore_drawing(read_bpmn(document(body), source="f"))
    assert max(len(tokens) for tokens in space.tokens) == 5
