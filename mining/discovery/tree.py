"""Process trees in one canonical form, whatever order a miner's sets came in.

Leemans, Fahland, van der Aalst: Discovering Block-Structured Process Models from Event Logs, 2013 (section 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Operator = Literal["activity", "silent", "sequence", "choice", "parallel", "loop"]


@dataclass(frozen=True, slots=True)
class Tree:
    """A node of a process tree with all that is under it.

    A `loop` has a body and one or more ways back: body, (way back, body)*. `label` is the activity of a leaf,
    else "". `text` is the whole tree in writing: equal trees in canonical form have equal texts.
    """

    operator: Operator
    label: str = ""
    children: tuple[Tree, ...] = ()
    text: str = ""


SILENT = Tree(operator="silent", text="silent()")


def activity(label: str) -> Tree:
    """Make the leaf of an activity."""
    # the length makes texts of odd labels unambiguous
    return Tree(operator="activity", label=label, text=f"{len(label)}:{label}")


def combine(operator: Operator, children: tuple[Tree, ...]) -> Tree:
    """Join canonical trees under an operator, in canonical form; the language stays the same.

    Nested sequences, choices and blocks of the same operator become one; silent parts of sequences and
    parallel blocks go; equal alternatives become one; alternatives, parallel branches and ways back are sorted by
    their text. Linear in the children but for the sorting.
    """
    if operator == "loop":
        return _loop(children)
    parts = [part for child in children for part in (child.children if child.operator == operator else (child,))]
    if operator in ("sequence", "parallel"):
        parts = [part for part in parts if part.operator != "silent"]
    if operator == "choice":
        parts = list({part.text: part for part in parts}.values())
    if operator != "sequence":
        parts.sort(key=lambda part: part.text)
    if not parts:
        return SILENT
    return parts[0] if len(parts) == 1 else _node(operator, tuple(parts))


def _loop(children: tuple[Tree, ...]) -> Tree:
    body, *ways = children
    back = combine("choice", tuple(ways)) if ways else SILENT
    # a choice between ways back is the same as several ways back
    ways_back = back.children if back.operator == "choice" else (back,)
    if body.operator == "silent" and back.operator == "silent":
        return SILENT
    return _node("loop", (body, *ways_back))


def _node(operator: Operator, children: tuple[Tree, ...]) -> Tree:
    return Tree(operator=operator, children=children, text=f"{operator}({', '.join(child.text for child in children)})")


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield the nodes of a tree, parents before children, left to right."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))
