"""A process tree as a block-structured graph, from which both the net and the diagram are written.

Leaves become steps, inner nodes gateways; ids count up along the canonical tree, so equal trees give equal graphs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mining.discovery.tree import Tree

Sort = Literal["start", "end", "step", "split", "merge", "fork", "join"]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the graph: split and merge are exclusive, fork and join parallel; `label` is a step's activity."""

    id: str
    sort: Sort
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, and flows as (source id, target id), both in order of their making."""

    nodes: tuple[Node, ...]
    flows: tuple[tuple[str, str], ...]


class _Drawing:
    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.flows: list[tuple[str, str]] = []
        self.counts: dict[str, int] = {}

    def add(self, sort: Sort, label: str = "") -> str:
        self.counts[sort] = self.counts.get(sort, 0) + 1
        name = sort if sort in ("start", "end") else f"{sort}_{self.counts[sort]}"
        self.nodes.append(Node(id=name, sort=sort, label=label))
        return name


def graph_of(tree: Tree) -> Graph:
    """Draw a tree as a graph with one start and one end. Linear in the tree, without recursion."""
    drawing = _Drawing()
    start = drawing.add("start")
    end = drawing.add("end")
    # each entry asks for a subtree between two nodes that stand already
    todo: list[tuple[Tree, str, str]] = [(tree, start, end)]
    while todo:
        node, source, target = todo.pop()
        if node.operator == "silent":
            drawing.flows.append((source, target))
        elif node.operator == "activity":
            step = drawing.add("step", node.label)
            drawing.flows += [(source, step), (step, target)]
        elif node.operator == "sequence":
            todo.extend(reversed(_chain(node, source, target, drawing)))
        elif node.operator == "loop":
            entry, leave = drawing.add("merge"), drawing.add("split")
            drawing.flows += [(source, entry), (leave, target)]
            body, *ways_back = node.children
            todo.extend((way, leave, entry) for way in reversed(ways_back))
            todo.append((body, entry, leave))
        else:
            is_choice = node.operator == "choice"
            opened = drawing.add("split" if is_choice else "fork")
            closed = drawing.add("merge" if is_choice else "join")
            drawing.flows += [(source, opened), (closed, target)]
            todo.extend((child, opened, closed) for child in reversed(node.children))
    return _without_joints(drawing)


def _chain(node: Tree, source: str, target: str, drawing: _Drawing) -> list[tuple[Tree, str, str]]:
    joints = [source, *(_joint(drawing) for _ in node.children[1:]), target]
    return [(child, joints[place], joints[place + 1]) for place, child in enumerate(node.children)]


def _joint(drawing: _Drawing) -> str:
    drawing.counts["joint"] = drawing.counts.get("joint", 0) + 1
    return f"joint_{drawing.counts['joint']}"


def _without_joints(drawing: _Drawing) -> Graph:
    """Replace each joint, which has one flow in and one out, by a single flow."""
    after = {source: target for source, target in drawing.flows if source.startswith("joint_")}
    flows = []
    for source, first in drawing.flows:
        if source.startswith("joint_"):
            continue
        target = first
        while target in after:
            target = after[target]
        flows.append((source, target))
    return Graph(nodes=tuple(drawing.nodes), flows=tuple(flows))
