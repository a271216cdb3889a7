"""An independent reading of the demo's drawing, and all cheapest alignments with it: short and plainly right."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
Marking = frozenset[str]
Move = tuple[str, str]


@dataclass(frozen=True)
class Drawing:
    """Incoming and outgoing flows of each node, its sort and its name."""

    sort: dict[str, str]
    name: dict[str, str]
    inflows: dict[str, tuple[str, ...]]
    outflows: dict[str, tuple[str, ...]]


def read(path: Path) -> Drawing:
    process = etree.parse(str(path)).getroot().find(f"{BPMN}process")
    assert process is not None
    nodes = [
        (str(node.attrib["id"]), etree.QName(node).localname, str(node.attrib.get("name", "")))
        for node in process
        if isinstance(node.tag, str) and etree.QName(node).localname not in ("laneSet", "sequenceFlow")
    ]
    flows = [
        (str(flow.attrib["id"]), str(flow.attrib["sourceRef"]), str(flow.attrib["targetRef"]))
        for flow in process.findall(f"{BPMN}sequenceFlow")
    ]
    return Drawing(
        sort={node: sort for node, sort, _ in nodes},
        name={node: name for node, _, name in nodes},
        inflows={node: tuple(i for i, _, target in flows if target == node) for node, _, _ in nodes},
        outflows={node: tuple(i for i, source, _ in flows if source == node) for node, _, _ in nodes},
    )


def steps(drawing: Drawing, marking: Marking) -> list[tuple[str, Marking]]:
    """What can happen next: (label or '', marking after)."""
    found: list[tuple[str, Marking]] = []
    for node, sort in drawing.sort.items():
        into, out = drawing.inflows[node], drawing.outflows[node]
        if sort.endswith("Task"):
            found += [(drawing.name[node], marking - {f} | set(out)) for f in into if f in marking]
        elif sort == "parallelGateway" and set(into) <= marking:
            found.append(("", marking - set(into) | set(out)))
        elif sort == "exclusiveGateway":
            found += [("", marking - {f} | {g}) for f in into if f in marking for g in out]
    return found


def start(drawing: Drawing) -> Marking:
    [node] = [node for node, sort in drawing.sort.items() if sort == "startEvent"]
    return frozenset(drawing.outflows[node])


def is_final(drawing: Drawing, marking: Marking) -> bool:
    [node] = [node for node, sort in drawing.sort.items() if sort == "endEvent"]
    return marking == frozenset(drawing.inflows[node])


def cheapest_stories(drawing: Drawing, trace: tuple[str, ...], *, is_open: bool) -> set[tuple[Move, ...]]:
    """All cheapest alignments as tuples of visible moves (sync, log or model; activity)."""
    origin = (0, start(drawing))
    best = {origin: 0}
    before: dict[tuple[int, Marking], set[tuple[tuple[int, Marking], Move | None]]] = {origin: set()}
    agenda: list[tuple[int, int, int, Marking]] = [(0, 0, 0, origin[1])]
    counter = 0
    while agenda:
        cost, _, place, marking = heapq.heappop(agenda)
        if cost > best[place, marking]:
            continue
        nexts: list[tuple[int, tuple[int, Marking], Move | None]] = []
        if place < len(trace):
            nexts.append((1, (place + 1, marking), ("log", trace[place])))
        for label, after in steps(drawing, marking):
            if not label:
                nexts.append((0, (place, after), None))
                continue
            nexts.append((1, (place, after), ("model", label)))
            if place < len(trace) and trace[place] == label:
                nexts.append((0, (place + 1, after), ("sync", label)))
        for price, node, move in nexts:
            total = cost + price
            if total < best.get(node, 10**9):
                best[node] = total
                before[node] = set()
                counter += 1
                heapq.heappush(agenda, (total, counter, *node))
            if total == best[node]:
                before[node].add(((place, marking), move))
    ends = [node for node in best if node[0] == len(trace) and (is_open or is_final(drawing, node[1]))]
    least = min(best[node] for node in ends)
    stories: set[tuple[Move, ...]] = set()
    stack: list[tuple[tuple[int, Marking], tuple[Move, ...]]] = [(n, ()) for n in ends if best[n] == least]
    while stack:
        node, tail = stack.pop()
        if node == origin:
            stories.add(tail)
        stack += [(earlier, (*((move,) if move else ()), *tail)) for earlier, move in before[node]]
    return stories


def findings(drawing: Drawing, story: tuple[Move, ...], *, is_open: bool) -> tuple[tuple[str, str], ...]:
    """Type the moves of one alignment: (kind, activity), sorted."""
    known = {name for name in drawing.name.values() if name}
    moves = list(story)
    found = []
    if not is_open and moves and moves[-1][0] == "model":
        while moves and moves[-1][0] == "model":
            moves.pop()
        found.append(("unfinished", moves[-1][1]))
    missing = [(place, name) for place, (sort, name) in enumerate(moves) if sort == "model"]
    extra = [(place, name) for place, (sort, name) in enumerate(moves) if sort == "log"]
    for place, name in extra:
        same = [entry for entry in missing if entry[1] == name]
        if name not in known:
            found.append(("unknown_activity", name))
        elif same:
            missing.remove(same[0])
            found.append(("out_of_order", name))
        elif any(sort != "model" and other == name for n, (sort, other) in enumerate(moves) if n != place):
            found.append(("repeated", name))
        elif here := [gone for gone in missing if _are_in_one_gap(moves, place, gone[0])]:
            missing.remove(here[0])
            found.append(("replaced", here[0][1]))
        else:
            found.append(("inserted", name))
    return tuple(sorted(found + [("skipped", name) for _, name in missing]))


def _are_in_one_gap(moves: list[Move], one: int, other: int) -> bool:
    return all(sort != "sync" for sort, _ in moves[min(one, other) : max(one, other)])
