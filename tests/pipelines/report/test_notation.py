"""Every element of a drawing in BPMN's notation."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mining.bpmn import Drawing
from pipelines.report.drawing_picture import drawing_pictures
from pipelines.report.figures import Figures, held_by
from pipelines.report.flow_picture import draw_flow, element_names
from pipelines.report.picture import Box, Node, Picture, fitted, line_gap, text_width
from pipelines.report.render import _environment
from pipelines.report.signs import ENVELOPE, ENVELOPE_FILLED, MARKERS, TASKS, TRIGGERS
from pipelines.report.words import words_for
from tests.builders.notation import HOSTILE, LONG, PAGES, notation
from tests.mining.bpmn.test_surroundings import FILE as SURROUNDED
from warehouse.reading.rows import ElementDeviationsRow, ElementTimesRow


def _figures(drawing: Drawing) -> Figures:
    times = {
        node.id: ElementTimesRow(node.id, 10, 9, 3600.0, 1000.0 * number)
        for number, node in enumerate(drawing.nodes)
        if node.is_step
    }
    deviations = {node.id: ElementDeviationsRow(node.id, 12345, 20000) for node in drawing.nodes}
    return Figures(times, deviations, held_by(drawing))


@pytest.fixture(scope="module")
def picture() -> Picture:
    drawing = notation()
    (found,) = drawing_pictures(drawing, _figures(drawing))
    return found


@pytest.fixture(scope="module")
def nodes(picture: Picture) -> dict[str, Node]:
    return {node.element_id: node for node in (*picture.containers, *picture.nodes)}


def test_nothing_of_the_drawing_is_missing(picture: Picture, nodes: dict[str, Node]) -> None:
    drawing = notation()
    assert nodes.keys() == {node.id for node in drawing.nodes}
    assert len(picture.edges) == len(drawing.flows)
    assert {lane.name for lane in picture.lanes} == {HOSTILE, "A lane 泳道"}


@pytest.mark.parametrize(
    ("element", "kind", "border", "line"),
    [
        ("start-", "start", "thin", ""),
        ("catch-timer", "intermediate", "double", ""),
        ("end-terminate", "end", "thick", ""),
        ("on-timer", "intermediate", "double", "dashed"),
        ("on-error", "intermediate", "double", ""),
        ("inner-start", "start", "thin", "dashed"),
        ("call", "task", "thick", ""),
        ("deal", "task", "double", ""),
        ("inner", "container", "thin", "dotted"),
        ("outer", "container", "thin", ""),
    ],
)
def test_borders_tell_what_an_element_is(
    nodes: dict[str, Node], element: str, kind: str, border: str, line: str
) -> None:
    assert (nodes[element].kind, nodes[element].border, nodes[element].line) == (kind, border, line)


@pytest.mark.parametrize(
    ("element", "paths", "filled"),
    [
        ("start-", [], False),
        ("start-message", [ENVELOPE], False),
        ("throw-message", [ENVELOPE_FILLED], True),
        ("catch-signal", [TRIGGERS["signal"]], False),
        ("end-signal", [TRIGGERS["signal"]], True),
        ("end-error", [TRIGGERS["error"]], True),
        ("on-error", [TRIGGERS["error"]], False),
        ("throw-link", [TRIGGERS["link"]], True),
        ("catch-link", [TRIGGERS["link"]], False),
        ("end-cancel", [TRIGGERS["cancel"]], True),
        ("catch-conditional", [TRIGGERS["conditional"]], False),
        ("end-terminate", [TRIGGERS["terminate"]], True),
        ("catch-multiple", [TRIGGERS["multiple"]], False),
        ("catch-all", [TRIGGERS["parallelMultiple"]], False),
        ("task", [], False),
        ("userTask", [TASKS["userTask"]], False),
        ("sendTask", [TASKS["sendTask"]], True),
        ("receiveTask", [TASKS["receiveTask"]], False),
        ("closed", [MARKERS["closed"]], False),
        ("ad-hoc", [MARKERS["parallel"], MARKERS["closed"], MARKERS["adHoc"]], False),
    ],
)
def test_signs_tell_the_trigger_the_type_and_the_marker(
    nodes: dict[str, Node], element: str, paths: list[str], filled: bool
) -> None:
    signs = nodes[element].signs
    assert [sign.path for sign in signs] == paths
    assert all(sign.filled == filled for sign in signs)


@pytest.mark.parametrize("kind", ["standard", "sequential", "parallel"])
def test_a_marker_stands_on_the_lower_border(nodes: dict[str, Node], kind: str) -> None:
    node = nodes[f"loop-{kind}"]
    marker = next(sign for sign in node.signs if sign.path == MARKERS[kind])
    assert marker.at == (node.cx, node.y + node.height - 10)
    assert node.foot is not None
    assert node.foot < marker.at[1] - 6


def test_boundary_events_lie_on_their_activity_and_sub_processes_behind(picture: Picture) -> None:
    order = [node.element_id for node in picture.nodes]
    assert all(order.index("host") < order.index(name) for name in order if name.startswith("on-"))
    assert [node.element_id for node in picture.containers] == ["outer", "inner"]


def test_flows_bear_their_default_and_condition(picture: Picture) -> None:
    edges = {(edge.source, edge.target): edge for edge in picture.edges}
    assert edges["exclusiveGateway", "parallelGateway"].slash
    assert edges["userTask", "manualTask"].diamond
    assert not edges["inclusiveGateway", "eventBasedGateway"].diamond  # only out of an activity
    assert not edges["inner-start", "inner-task"].slash
    assert edges["userTask", "manualTask"].lines == ("if it is so",)


def test_names_stay_in_their_boxes_and_clear_of_signs_and_times(nodes: dict[str, Node]) -> None:
    for node in nodes.values():
        if node.kind != "task":
            continue
        text = node.text_box
        assert text is not None
        assert text.left >= node.x
        assert text.right <= node.x + node.width
        assert text.top >= node.y
        assert node.foot is not None
        assert text.bottom <= node.foot - 8
        assert not any(
            Box(sign.at[0] - 6, sign.at[1] - 5, sign.at[0] + 6, sign.at[1] + 5).meets(text) for sign in node.signs
        )
    assert nodes["long"].lines[-1].endswith("…")
    assert nodes["long"].name == LONG


def test_counts_cover_no_text(picture: Picture) -> None:
    shapes = (*picture.nodes, *picture.containers)
    texts = [box for part in shapes if (box := part.text_box)] + [box for e in picture.edges if (box := e.text_box)]
    badges = [node.badge for node in shapes]
    for badge in badges:
        assert badge is not None
        box = Box(badge.x, badge.y, badge.x + badge.width, badge.y + 20)
        assert not [text for text in texts if text.meets(box)]


def test_what_is_drawn_apart_stands_below_with_its_sums() -> None:
    times = {
        "look": ElementTimesRow("look", 5, 4, 60.0, 300.0),
        "c/transfer": ElementTimesRow("c/transfer", 5, 4, 60.0, 700.0),
    }
    deviations = {
        "look": ElementDeviationsRow("look", 2, 2),
        "c/ps": ElementDeviationsRow("c/ps", 1, 1),
        "c/transfer": ElementDeviationsRow("c/transfer", 3, 4),
        "c": ElementDeviationsRow("c", 5, 5),
    }
    whole, sub, call = draw_flow(PAGES, source="f", times=times, deviations=deviations)
    assert [picture.title for picture in (whole, sub, call)] == ["", "Check it", "Pay"]
    nodes = {node.element_id: node for node in whole.nodes}
    assert nodes.keys() == {"s", "sub", "c", "e"}
    assert [(nodes[name].is_sum, nodes[name].total_seconds, nodes[name].deviating_cases) for name in ("sub", "c")] == [
        (True, 300.0, 2),
        (True, 700.0, 9),
    ]
    assert nodes["c"].load == 4
    assert all(sign.path == MARKERS["closed"] for name in ("sub", "c") for sign in nodes[name].signs)
    assert {node.element_id for node in sub.nodes} == {"is", "look", "ie"}
    inside = {node.element_id: node for node in call.nodes}
    assert inside.keys() == {"c/ps", "c/transfer", "c/pe"}
    assert inside["c/transfer"].x == 700  # as its own page draws it
    assert inside["c/transfer"].deviating_cases == 3
    assert element_names(PAGES, source="f")["c/transfer"] == "Transfer 转账"


def test_a_line_that_lost_an_end_is_led_on_to_it() -> None:
    whole, *_ = draw_flow(PAGES, source="f", times={}, deviations={})
    last = next(edge for edge in whole.edges if edge.target == "e")
    assert last.path == "M460.0 118.0L520.0 118.0"


def _svg(picture: Picture) -> etree._Element:
    module = _environment().get_template("parts.html.j2").make_module({})
    text = str(module.picture(words_for("zh", "UTC"), picture, "p", HOSTILE))  # type: ignore[attr-defined]
    return etree.fromstring(text)


def test_hostile_names_are_escaped_and_whole_names_are_told(picture: Picture) -> None:
    root = _svg(picture)
    assert {etree.QName(element).localname for element in root.iter("*")} <= {
        *("svg", "title", "defs", "marker", "path", "rect", "circle", "g", "text"),
    }
    assert not [name for element in root.iter("*") for name in element.attrib if name.startswith("on")]
    titles = [element.text or "" for element in root.iter("title")]
    assert any(LONG in title for title in titles)
    assert any(HOSTILE in title for title in titles)
    assert not re.search("nan|inf|None", etree.tostring(root, encoding="unicode").replace("infor", ""))


@given(st.text(max_size=200), st.integers(30, 200), st.integers(12, 90))
def test_fitted_text_fills_at_most_its_box(text: str, width: int, height: int) -> None:
    lines, size = fitted(text, width=width, height=height)
    assert 9 <= size <= 12
    assert len(lines) * line_gap(size) <= max(height, line_gap(size)) + 1e-6
    assert all(text_width(line, size) <= width + size for line in lines)
    kept = "".join("".join(lines).split())
    assert kept.endswith("…") or kept == "".join(text.split())


def test_a_bilingual_name_is_broken_between_its_languages() -> None:
    assert fitted("Register ticket 登记工单", width=90, height=45)[0] == ("Register ticket", "登记工单")
    assert fitted("Rechnungsprüfung", width=88, height=45)[1] < 12  # smaller rather than broken


def test_they_are_drawn_but_are_no_part_of_the_flow() -> None:
    (picture,) = draw_flow(SURROUNDED, source="f", times={}, deviations={}, participant="Us")
    assert {node.element_id for node in picture.nodes} == {"s", "A", "e"}
    assert {node.kind for node in picture.beside} == {"data", "store", "note", "group"}
    assert {link.kind for link in picture.links} == {"message", "association", "data"}
    assert [lane.name for lane in picture.lanes] == ["Us", "Customer"]
    assert len(picture.edges) == 2
