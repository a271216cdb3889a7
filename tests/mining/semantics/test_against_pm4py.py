"""pm4py as an independent judge, where it converts BPMN rightly: tasks, exclusive and parallel gateways, loops.

pm4py reads the file and makes a Petri net of it; the net is played out here by a small token player of our own, since
pm4py's own playing is by chance. What pm4py reads wrongly (implicit splits, boundary events, several pools, ...) is
left to the tables beside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mining.semantics.drawings import Part, drawing
from tests.mining.semantics.playing import words_of

LONGEST = 6


def pm4py_words(xml: bytes, folder: Path) -> set[str]:
    """Visible words of complete firing sequences of the net that pm4py makes."""
    import pm4py

    path = folder / "x.bpmn"
    path.write_bytes(xml)
    net, initial, final = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(path)))
    places = sorted(net.places, key=lambda place: place.name)
    number = {place: index for index, place in enumerate(places)}
    moves = [
        (
            transition.label or "",
            [number[arc.source] for arc in transition.in_arcs],
            [number[arc.target] for arc in transition.out_arcs],
        )
        for transition in sorted(net.transitions, key=lambda transition: transition.name)
    ]

    def marking(counts: Any) -> tuple[int, ...]:
        return tuple(counts.get(place, 0) for place in places)

    ending, start = marking(final), ("", marking(initial))
    words, seen, waiting = set(), {start}, [start]
    while waiting:
        word, tokens = waiting.pop()
        if tokens == ending:
            words.add(word)
        for label, taken, put in moves:
            if any(not tokens[place] for place in taken):
                continue
            after = list(tokens)
            for place in taken:
                after[place] -= 1
            for place in put:
                after[place] += 1
            following = (word + label, tuple(after))
            if len(following[0]) <= LONGEST and following not in seen:
                seen.add(following)
                waiting.append(following)
    return words


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(("s A B C e",), id="sequence"),
        pytest.param(("s x A y C e", "x B y"), id="choice"),
        pytest.param(("s x A y B e", "x y"), id="choice with nothing"),
        pytest.param(("s p A p2 C e", "p B p2"), id="parallel"),
        pytest.param(("s p A B p2 e", "p C D p2"), id="parallel rows"),
        pytest.param(("s p A p2 E e", "p B p2", "p C p2", "p D p2"), id="four branches"),
        pytest.param(("s x A y e", "y x"), id="loop"),
        pytest.param(("s x A y e", "y B x"), id="loop with a way back"),
        pytest.param(("s p x A y p2 e", "y x", "p B p2"), id="loop in parallel"),
        pytest.param(("s x p A p2 y e", "p B p2", "y C x"), id="parallel in a loop"),
        pytest.param(("s p x A y p2 C e", "x B y", "p D p2"), id="choice in parallel"),
        pytest.param(("s x A y e", "x p B p2 y", "p C p2"), id="parallel in a choice"),
        pytest.param(("s p A p2 B p3 e", "p C p4 D p3", "p2 p4"), id="not a block"),
        pytest.param(("s x A y C z e", "x B y", "z y"), id="loop behind a choice"),
    ],
)
def test_pm4py_agrees(parts: tuple[Part, ...], tmp_path: Path) -> None:
    xml = drawing(*parts)
    assert words_of(xml, LONGEST) == pm4py_words(xml, tmp_path)


class _Drawer:
    """Chains of a random block: tasks A, B, ... and gateways x1, p2, ..."""

    def __init__(self) -> None:
        self.chains: list[str] = []
        self._tasks = 0
        self._gates = 0

    def task(self) -> str:
        self._tasks += 1
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[self._tasks - 1]

    def gate(self, letter: str) -> str:
        self._gates += 1
        return f"{letter}{self._gates}"

    def draw(self, block: Any, before: str, after: str) -> None:
        """Draws the block between two nodes that are there already."""
        kind, *rest = block
        if kind == "task":
            self.chains.append(f"{before} {self.task()} {after}")
        elif kind == "sequence":
            between = self.gate("x")
            self.draw(rest[0], before, between)
            self.draw(rest[1], between, after)
        elif kind == "loop":
            first, last = self.gate("x"), self.gate("x")
            self.chains += [f"{before} {first}", f"{last} {after}"]
            self.draw(rest[0], first, last)
            self.draw(rest[1], last, first)
        else:
            first, last = self.gate("x" if kind == "choice" else "p"), self.gate("x" if kind == "choice" else "p")
            self.chains += [f"{before} {first}", f"{last} {after}"]
            for part in rest:
                self.draw(part, first, last)


def _blocks(deeper: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.sampled_from(["sequence", "choice", "parallel", "loop"]), deeper, deeper)


@settings(max_examples=60)
@given(block=st.recursive(st.just(("task",)), _blocks, max_leaves=6))
def test_pm4py_agrees_on_random_blocks(block: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    drawer = _Drawer()
    drawer.draw(block, "s", "e")
    xml = drawing(*drawer.chains)
    assert words_of(xml, LONGEST) == pm4py_words(xml, tmp_path_factory.mktemp("pm4py"))
