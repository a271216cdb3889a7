"""Reading nets."""

from __future__ import annotations

import pytest

from mining.automaton import language
from mining.errors import MiningError
from mining.petri import Arc, read_pnml
from mining.standard import standard_from_pnml
from mining.statespace import explore_net
from tests.mining.drawn import pnml

SEQUENCE = ({"i": 1, "m": 0, "o": 0}, {"t1": "A", "t2": "B"}, ["i t1", "t1 m", "m t2", "t2 o"])


def test_a_net_is_read() -> None:
    net = read_pnml(pnml(*SEQUENCE, final={"o": 1}), source="f")
    assert [place.id for place in net.places] == ["i", "m", "o"]
    assert net.initial == (("i", 1),)
    assert net.finals == ((("o", 1),),)
    assert Arc("i", "t1", 1) in net.arcs


def test_three_ways_to_be_silent() -> None:
    xml = pnml({"i": 1, "o": 0}, {"t1": None, "t2": "B", "t3": "C"}, ["i t1", "t1 o", "i t2", "t2 o", "i t3", "t3 o"])
    xml = xml.replace(b'<transition id="t2">', b'<transition id="t2" invisible="true">')
    xml = xml.replace(b"<name><text>C</text></name>", b"<name><text> </text></name>")
    assert [t.label for t in read_pnml(xml, source="f").transitions] == [None, None, None]


def test_a_final_marking_stated_by_place() -> None:
    xml = pnml(*SEQUENCE).replace(
        b"<name><text>m</text></name>", b"<name><text>m</text></name><finalMarking><text>1</text></finalMarking>"
    )
    assert read_pnml(xml, source="f").finals == ((("m", 1),),)


def test_the_end_is_worked_out_where_none_is_stated() -> None:
    one_sink = standard_from_pnml(pnml(*SEQUENCE), source="f")
    assert one_sink.space.final_rule == "one token in the sink place"
    assert language(one_sink.automaton, 5) == (("A", "B"),)
    two = pnml({"i": 1, "o1": 0, "o2": 0}, {"t1": "A", "t2": "B"}, ["i t1", "t1 o1", "i t2", "t2 o2"])
    assert language(standard_from_pnml(two, source="f").automaton, 5) == (("A",), ("B",))


def test_dead_markings_are_the_end_where_there_is_no_sink() -> None:
    # Every place has a way out, but after A no transition has all that it needs.
    xml = pnml({"i": 1, "m": 0, "k": 1}, {"t1": "A", "t2": "B"}, ["i t1", "t1 m", "m t2 2", "t2 i", "k t2", "t2 k"])
    space = explore_net(read_pnml(xml, source="f"))
    assert space.final_rule == "no transition can fire"
    assert len(space.finals) == 1
    with pytest.raises(MiningError, match=r"ever gets to 'B' \(t2\)"):
        standard_from_pnml(xml, source="f")


def test_no_end_is_refused() -> None:
    with pytest.raises(MiningError, match="no final marking"):
        standard_from_pnml(pnml({"i": 1}, {"t1": "A"}, ["i t1", "t1 i"]), source="f")


def test_weights_count() -> None:
    xml = pnml({"i": 1, "m": 0, "o": 0}, {"t1": "A", "t2": "B"}, ["i t1", "t1 m 2", "m t2", "t2 o"], final={"o": 2})
    assert language(standard_from_pnml(xml, source="f").automaton, 5) == (("A", "B", "B"),)


def test_a_final_marking_may_be_left_again() -> None:
    xml = pnml({"i": 1, "o": 0}, {"t1": "A", "t2": "B"}, ["i t1", "t1 o", "o t2", "t2 o"], final={"o": 1})
    assert language(standard_from_pnml(xml, source="f").automaton, 3) == (("A",), ("A", "B"), ("A", "B", "B"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<text>1</text>", b"<text>one</text>", "whole number"),
        (b"<text>1</text>", b"<text>-1</text>", "whole number"),
        (b"<initialMarking><text>1</text></initialMarking>", b"", "initial marking"),
        (b'source="i"', b'source="nowhere"', "nowhere"),
        (b'id="t2"', b'id="t1"', "stands twice"),
        (b'target="t1">', b'target="t1"><arctype><text>inhibitor</text></arctype>', "inhibitor"),
        (b"<place ", b'<referencePlace id="r" ref="i"/><place ', "reference place"),
        (b"<pnml>", b"<xml>", "well-formed"),
    ],
)
def test_one_wrong_thing_is_told(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(MiningError, match=said):
        read_pnml(pnml(*SEQUENCE).replace(old, new, 1), source="f")


def test_all_problems_come_at_once() -> None:
    xml = pnml(*SEQUENCE).replace(b'source="i"', b'source="q"').replace(b"<text>1</text>", b"<text>x</text>")
    with pytest.raises(MiningError) as caught:
        read_pnml(xml, source="f")
    assert len(caught.value.problems) == 2
