from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.bpmn.layered import place_in_layers
from mining.errors import MiningError
from pipelines.report.charts import bin_width, draw_histogram, draw_pareto, draw_trend
from pipelines.report.flow_picture import draw_flow, element_names
from pipelines.report.picture import text_width, wrapped
from pipelines.report.process_map import END, START, draw_process_map
from pipelines.report.signs import GATEWAYS, Sign
from tests.builders.drawings import DESK_BPMN
from warehouse.reading.rows import ActivityTimesRow, DirectlyFollowsRow, ElementDeviationsRow, ElementTimesRow

_NET = """<?xml version="1.0"?><pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml"><net id="n"
type="http://www.pnml.org/version-2009/grammar/ptnet"><page id="g">
<place id="p0"><initialMarking><text>1</text></initialMarking></place><place id="p1"/><place id="p2"/>
<transition id="t1"><name><text>Register</text></name></transition>
<transition id="t2"><name><text>Close</text></name></transition>
<arc id="a1" source="p0" target="t1"/><arc id="a2" source="t1" target="p1"/><arc id="a3" source="p1" target="t2"/>
<arc id="a4" source="t2" target="p2"/></page></net></pnml>"""


def _log(size: int, seed: int) -> tuple[list[DirectlyFollowsRow], list[ActivityTimesRow]]:
    chance = random.Random(seed)
    names = [f"Activity {number}" for number in range(size)]
    counts: dict[tuple[str | None, str | None], int] = {}
    for _ in range(200):
        trace = [None, *chance.choices(names, k=chance.randrange(1, 9)), None]
        for pair in pairwise(trace):
            counts[pair] = counts.get(pair, 0) + 1
    pairs = [DirectlyFollowsRow(a, b, n, n, None if a is None else 60.0 * n) for (a, b), n in counts.items()]
    done: dict[str, int] = {}
    for (_, target), number in counts.items():
        if target is not None:
            done[target] = done.get(target, 0) + number
    times = [ActivityTimesRow(name, n, n, 10.0, 10.0 * n) for name, n in done.items()]
    return pairs, sorted(times, key=lambda row: (-row.instances, row.activity))


def test_the_flow_stands_where_it_was_drawn() -> None:
    times = {"investigate": ElementTimesRow("investigate", 10, 9, 60.0, 600.0)}
    deviations = {"classify": ElementDeviationsRow("classify", 3, 4)}
    (picture,) = draw_flow(DESK_BPMN, source="desk", times=times, deviations=deviations)
    nodes = {node.element_id: node for node in picture.nodes}
    assert (nodes["register"].x, nodes["register"].y, nodes["register"].width) == (200, 78, 110)
    assert nodes["classify"].deviating_cases == 3
    assert nodes["investigate"].load == 4
    assert nodes["which"].signs == (Sign(GATEWAYS["exclusiveGateway"], (680, 118), 1.25, filled=True),)
    assert nodes["start"].kind == "start"
    assert len(picture.edges) == 12
    assert {lane.name for lane in picture.lanes} == {"Service desk 服务台", "First line 一线", "Second line 二线"}
    assert element_names(DESK_BPMN, source="desk")["resolve"] == "Resolve ticket"


def test_a_net_is_drawn_in_layers() -> None:
    (picture,) = draw_flow(_NET, source="net", times={}, deviations={})
    nodes = {node.element_id: node for node in picture.nodes}
    assert nodes["p0"].cx < nodes["t1"].cx < nodes["p1"].cx < nodes["t2"].cx < nodes["p2"].cx
    assert nodes["t1"].lines == ("Register",)
    assert nodes["p0"].mark


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(MiningError):
        draw_flow("<oops", source="x", times={}, deviations={})


@pytest.mark.parametrize("size", [1, 3, 12, 300])
def test_the_map_keeps_every_shown_activity_connected(size: int) -> None:
    pairs, times = _log(size, seed=size)
    drawn = draw_process_map(pairs, times)
    assert drawn is not None
    shown = {node.element_id for node in drawn.picture.nodes} - {START, END}
    assert len(shown) == min(24, len(times))
    ends = {(edge.source, edge.target) for edge in drawn.picture.edges}
    assert len(ends) == drawn.shown_edges <= drawn.all_edges
    assert 0 < drawn.coverage <= 1
    known = {(START if p.source is None else p.source, END if p.target is None else p.target) for p in pairs}
    inside = shown | {START, END}
    for name in shown:
        if any(a == name and b in inside and b != name for a, b in known):
            assert any(a == name and b != name for a, b in ends)
        if any(b == name and a in inside and a != name for a, b in known):
            assert any(b == name and a != name for a, b in ends)
    assert not re.search("nan|inf", "".join(edge.path for edge in drawn.picture.edges))


def test_the_map_is_the_same_whatever_the_order_of_rows() -> None:
    pairs, times = _log(9, seed=2)
    other = list(pairs)
    random.Random(1).shuffle(other)
    assert draw_process_map(pairs, times) == draw_process_map(other, times)
    assert draw_process_map([], []) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=25, unique=True))
def test_layers_rise_along_forward_edges(pairs: list[tuple[int, int]]) -> None:
    nodes = [str(number) for number in range(8)]
    edges = [(str(a), str(b)) for a, b in pairs]
    placed = place_in_layers(nodes, edges, layer_gap=100, node_gap=50)
    assert len(placed.ways) == len(edges)
    for (source, target), way, backward in zip(edges, placed.ways, placed.backward, strict=True):
        if source == target:
            assert way == ()
            continue
        stops = [placed.centres[source][0], *(x for x, _ in way), placed.centres[target][0]]
        steps = [b - a for a, b in pairwise(stops)]
        assert all(step < 0 for step in steps) if backward else all(step > 0 for step in steps)
    rows: dict[float, list[float]] = {}
    for along, across in placed.centres.values():
        rows.setdefault(along, []).append(across)
    for row in rows.values():
        assert all(b - a >= 50 - 1e-6 for a, b in pairwise(sorted(row)))


@given(st.text(max_size=300), st.integers(40, 200), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width=width, size=12, most=most)
    assert len(lines) <= most
    assert all(text_width(line, 12) <= width + 24 for line in lines)


def test_wrapping_breaks_where_people_would() -> None:
    assert wrapped("Confirm with customer", width=90, size=12, most=3) == ("Confirm with", "customer")
    assert wrapped("确认客户已经满意", width=60, size=12, most=3) == ("确认客户已", "经满意")
    assert wrapped("one two three four five six", width=40, size=12, most=2)[-1].endswith("…")


def test_opposite_transitions_do_not_lie_on_each_other() -> None:
    pairs = [
        DirectlyFollowsRow(None, "A", 9, 9, None),
        DirectlyFollowsRow("A", "B", 9, 9, 1.0),
        DirectlyFollowsRow("B", "A", 8, 8, 1.0),
        DirectlyFollowsRow("B", None, 9, 9, 1.0),
    ]
    times = [ActivityTimesRow("A", 17, 9, 1.0, 17.0), ActivityTimesRow("B", 9, 9, 1.0, 9.0)]
    drawn = draw_process_map(pairs, times)
    assert drawn is not None
    there, back = (
        next(edge for edge in drawn.picture.edges if (edge.source, edge.target) == ends)
        for ends in (("A", "B"), ("B", "A"))
    )
    assert abs(there.at[1] - back.at[1]) > 12
    heights = [[float(y) for y in re.findall(r"[\d.-]+ ([\d.-]+)", edge.path)] for edge in (there, back)]
    assert max(heights[0]) < min(heights[1])


def test_pareto_falls_and_reaches_the_whole() -> None:
    chart = draw_pareto([("b", 30.0), ("a", 60.0), ("none", 0.0), ("c", 10.0)])
    assert chart is not None
    assert [bar.name for bar in chart.bars] == ["a", "b", "c"]
    assert [round(share, 6) for _, _, share in chart.dots] == [0.6, 0.9, 1.0]
    assert draw_pareto([("a", 0.0)]) is None
    single = draw_pareto([("a", 60.0)])
    assert single is not None
    assert single.bars[0].width < 200
    assert (single.line, single.dots) == ("", ())
    long = draw_pareto([(f"{n:03}", float(n)) for n in range(1, 101)])
    assert long is not None
    assert long.rest_places == 88
    assert long.rest_share == pytest.approx(1 - sum(range(89, 101)) / 5050)


def test_the_histogram_says_what_lies_beyond() -> None:
    chart = draw_histogram([(0, 5), (2, 3), (30, 2)], bin_seconds=3600, bins=30, p50=1800.0, p90=1e9)
    assert chart is not None
    assert chart.overflow_cases == 2
    assert chart.bars[-1].overflow
    assert chart.p90 is not None
    assert chart.p90.at <= 548
    assert bin_width(86400 * 28) == 86400
    assert bin_width(0) >= 1


@pytest.mark.parametrize("cases", [9, 84_000, 12_384_000])
def test_the_numbers_of_the_histogram_have_room(cases: int) -> None:
    chart = draw_histogram([(0, cases), (1, 3)], bin_seconds=3600, bins=30, p50=1.0, p90=2.0)
    assert chart is not None
    assert text_width(f"{chart.ticks[-1].value:,.0f}", 11.5) <= chart.left - 8
    assert chart.bars[0].x >= chart.left


def test_the_trend_leaves_gaps_where_nothing_was_judged() -> None:
    chart = draw_trend(
        [("2026-01", 4, 4, 2), ("2026-02", 3, 0, 0), ("2026-03", 5, 5, 5)], incomplete="2026-03", target=0.9
    )
    assert chart is not None
    assert chart.line.count("M") == 2
    assert [point.share for point in chart.points] == [0.5, None, 1.0]
    assert not chart.points[-1].complete
    assert draw_trend([], incomplete=None, target=None) is None
