"""Coordinates where a drawing has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mining.bpmn import Bounds, Shape, layout, read_bpmn
from tests.mining.drawn import drawn


def overlap(a: Bounds, b: Bounds) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


@pytest.mark.parametrize(
    "chains",
    [
        ("s A e",),
        ("s p1 A p2 e", "p1 B p2", "p1 C p2", "p1 D E p2"),
        ("s A x1 B x2 e", "x2 A", "x1 x2"),
        ("A B",),
        ("s A A e",),
    ],
)
def test_every_node_gets_a_place_of_its_own(chains: tuple[str, ...]) -> None:
    drawing = layout(read_bpmn(drawn(*chains), source="f"))
    boxes = {shape.element_id: shape.bounds for shape in drawing.shapes}
    assert boxes.keys() == {node.id for node in drawing.nodes}
    assert {edge.element_id for edge in drawing.edges} == {flow.id for flow in drawing.flows}
    names = sorted(boxes)
    assert not [(a, b) for a in names for b in names if a < b and overlap(boxes[a], boxes[b])]
    assert layout(read_bpmn(drawn(*chains), source="f")) == drawing


def test_what_is_drawn_stays() -> None:
    plain = read_bpmn(drawn("s A e"), source="f")
    kept = Shape("A", Bounds(500, 500, 100, 80))
    drawing = layout(replace(plain, shapes=(kept,)))
    assert drawing.shapes[0] == kept
    assert all(shape.bounds.y > 580 for shape in drawing.shapes[1:])
    assert layout(drawing) == drawing
