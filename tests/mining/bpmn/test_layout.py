"""Coordinates where a drawing has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mining.bpmn import Bounds, Drawing, Shape, layout, read_bpmn
from tests.builders.notation import PAGES, notation
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


def undrawn(drawing: Drawing) -> Drawing:
    return layout(replace(drawing, shapes=(), edges=()))


def inside(inner: Bounds, outer: Bounds) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def test_a_sub_process_is_laid_out_around_what_it_holds() -> None:
    plain = notation()
    drawing = undrawn(plain)
    shapes = {shape.element_id: shape for shape in drawing.shapes}
    boxes = {name: shape.bounds for name, shape in shapes.items()}
    for node in drawing.nodes:
        if node.scope:
            assert inside(boxes[node.id], boxes[node.scope])
            assert shapes[node.id].page == shapes[node.scope].page
    holders = {node.id for node in drawing.nodes if node.is_expanded}
    riders = {node.id for node in drawing.nodes if node.attached_to}
    rest = sorted(set(boxes) - holders - riders)
    assert not [(a, b) for a in rest for b in rest if a < b and overlap(boxes[a], boxes[b])]
    assert drawing == undrawn(plain)


def test_boundary_events_sit_on_the_border_side_by_side() -> None:
    drawing = undrawn(notation())
    boxes = {shape.element_id: shape.bounds for shape in drawing.shapes}
    host = boxes["host"]
    riders = [boxes[node.id] for node in drawing.nodes if node.attached_to]
    assert len(riders) == 7
    for box in riders:
        assert box.y + box.height / 2 == host.y + host.height
        assert host.x <= box.x
        assert box.x + box.width <= host.x + host.width
    assert not [(a, b) for a in riders for b in riders if a != b and overlap(a, b)]


def test_what_is_drawn_closed_or_called_has_its_inside_on_a_page_of_its_own() -> None:
    plain = read_bpmn(PAGES.encode(), source="f")
    own = {node.id for node in plain.nodes if not node.scope}
    closed = replace(plain, shapes=tuple(s for s in plain.shapes if s.element_id in own), edges=())
    for drawing in (layout(closed), undrawn(plain)):
        pages = {shape.element_id: shape.page for shape in drawing.shapes}
        assert pages["c/transfer"] != pages["c"]
        assert pages["c/transfer"] == pages["c/ps"]
    assert pages["look"] == pages["sub"]  # not drawn at all: within what holds it
    pages = {shape.element_id: shape.page for shape in layout(closed).shapes}
    assert len({pages["c"], pages["look"], pages["c/transfer"]}) == 3


def test_lines_start_and_end_at_their_nodes() -> None:
    for plain in (
        notation(),
        read_bpmn(PAGES.encode(), source="f"),
        read_bpmn(drawn("s A x1 B x2 e", "x2 A"), source="f"),
    ):
        drawing = undrawn(plain)
        boxes = {shape.element_id: shape.bounds for shape in drawing.shapes}
        flows = {flow.id: flow for flow in drawing.flows}
        for edge in drawing.edges:
            flow = flows[edge.element_id]
            for (x, y), box in ((edge.waypoints[0], boxes[flow.source]), (edge.waypoints[-1], boxes[flow.target])):
                assert box.x - 0.01 <= x <= box.x + box.width + 0.01
                assert box.y - 0.01 <= y <= box.y + box.height + 0.01


@pytest.mark.parametrize("lost", [((0.0, 0.0), (300.0, 20.0)), ((0.0, 0.0), (0.0, 0.0)), ((100.0, 900.0), (0.0, 0.0))])
def test_points_that_are_nowhere_near_are_led_to_their_nodes(lost: tuple[tuple[float, float], ...]) -> None:
    plain = layout(read_bpmn(drawn("s A e"), source="f"))
    spoilt = replace(plain, edges=(replace(plain.edges[0], waypoints=lost), *plain.edges[1:]))
    boxes = {shape.element_id: shape.bounds for shape in plain.shapes}
    line = layout(spoilt).edges[0].waypoints
    flow = plain.flows[0]
    for (x, y), box in ((line[0], boxes[flow.source]), (line[-1], boxes[flow.target])):
        assert box.x - 30 <= x <= box.x + box.width + 30
        assert box.y - 30 <= y <= box.y + box.height + 30
