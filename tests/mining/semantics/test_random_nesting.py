"""Constructs put into one another at random, against their languages put together the same way.

A block has one flow in and one flow out. Its language is a pair: the words of its complete runs and all that can be
seen of a run so far (needed where something may cut a block off), both up to a length. Each construct is a small
equation between such pairs, read off BPMN 2.0.2: 13.4.2 a choice is a union, 13.4.1 a parallel block a shuffle, 13.5.3
an interrupting event cuts a run off and goes on elsewhere, and so forth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mining.semantics.drawings import (
    CANCEL,
    LOOP,
    MESSAGE,
    TERMINATE,
    TIMER,
    Node,
    Part,
    ad_hoc,
    boundary,
    call,
    catch,
    definitions,
    end,
    error,
    escalation,
    event_sub,
    link,
    loop,
    many,
    process,
    start,
    sub,
    throw,
    transaction,
)
from tests.mining.semantics.playing import words_of
from tests.mining.semantics.words import shuffle, star, up_to

LONGEST = 5


@dataclass(frozen=True)
class Runs:
    words: frozenset[str]
    so_far: frozenset[str]


def runs(words: set[str], so_far: set[str]) -> Runs:
    return Runs(frozenset(up_to(LONGEST, words)), frozenset(up_to(LONGEST, so_far | words)))


def row(*languages: set[str]) -> set[str]:
    """As words.then, without what is too long to matter."""
    words = {""}
    for language in languages:
        words = {word + more for word in words for more in language if len(word) + len(more) <= LONGEST}
    return words


def mixed(one: set[str], other: set[str]) -> set[str]:
    """As words.shuffles, without what is too long to matter."""
    fitting = ((word, more) for word in one for more in other if len(word) + len(more) <= LONGEST)
    return {word for pair in fitting for word in shuffle(*pair)}


def language_of(block: Any, letters: Any) -> Runs:
    """The equation of each construct; `letters` gives the names of tasks in the order in which they are drawn."""
    kind, *inner = block
    if kind == "task":
        name = next(letters)
        return runs({name}, {"", name})
    first, *more = (language_of(part, letters) for part in inner)
    one, begun = set(first.words), set(first.so_far)
    other, other_begun = (set(more[0].words), set(more[0].so_far)) if more else ({""}, {""})
    third, third_begun = (set(more[1].words), set(more[1].so_far)) if len(more) > 1 else ({""}, {""})
    match kind:
        case "sequence" | "link":
            return runs(row(one, other), begun | row(one, other_begun))
        case "choice" | "events":
            return runs(one | other, begun | other_begun)
        case "parallel" | "parallel into inclusive":
            return runs(mixed(one, other), mixed(begun, other_begun))
        case "inclusive":
            return runs(one | other | mixed(one, other), mixed(begun, other_begun))
        case "loop":
            around = star(up_to(LONGEST, row(other, one)), LONGEST)
            return runs(row(one, around), begun | row(one, around, other_begun) | row(one, around, other, begun))
        case "sub-process" | "call":
            return first
        case "loop marker" | "any number in sequence":
            before = star(one, LONGEST)
            return runs(row(before, one), row(before, begun))
        case "two in sequence":
            return runs(row(one, one), begun | row(one, begun))
        case "once or twice":
            return runs(one | row(one, one), begun | row(one, begun))
        case "up to three":
            return runs(one | row(one, one) | row(one, one, one), begun | row(one | row(one, one), begun))
        case "picked":
            before = star(one | other, LONGEST)
            return runs(row(before, one | other), row(before, begun | other_begun))
        case "conditional":
            rest, rest_begun = other | third | mixed(other, third), mixed(other_begun, third_begun)
            return runs(row(one, rest), begun | row(one, rest_begun))
        case "watched":
            main, main_begun = row(one, other), begun | row(one, other_begun)
            return runs(main | mixed(main, third), main_begun | mixed(main_begun, third_begun))
        case "raised inside":
            beside = other | mixed(other, third)
            return runs(row(one, beside), begun | row(one, mixed(other_begun, third_begun)))
        case "failing inside":
            return runs(row(one, other | third), begun | row(one, other_begun | third_begun))
        case "two side by side":
            return runs(mixed(one, one), mixed(begun, begun))
        case "interrupted" | "handled inside":
            return runs(one | row(begun, other), begun | row(begun, other_begun))
        case "failing" | "cancelled" | "escalated":
            return runs(one | row(one, other), begun | row(one, other_begun))
        case "watched inside":
            return runs(one | mixed(one, other), begun | mixed(begun, other_begun))
        case "terminated":
            return runs(mixed(one, other_begun), mixed(begun, other_begun))
    raise AssertionError(kind)


ONE_PART = [
    *("sub-process", "call", "loop marker", "any number in sequence", "two in sequence", "two side by side"),
    *("once or twice", "up to three"),
]
TWO_PARTS = [
    *("sequence", "link", "choice", "events", "parallel", "parallel into inclusive", "inclusive", "loop"),
    *("interrupted", "handled inside", "failing", "cancelled", "escalated", "watched inside", "terminated", "picked"),
]
THREE_PARTS = ["conditional", "watched", "raised inside", "failing inside"]
MARKERS = {
    "sub-process": "",
    "loop marker": LOOP,
    "any number in sequence": many(sequential=True),
    "two in sequence": many(2, sequential=True),
    "two side by side": many(2),
    "once or twice": loop(2),
    "up to three": many(3, sequential=True, until="enough"),
}
GATES = {"choice": "xx", "parallel": "pp", "parallel into inclusive": "po", "inclusive": "oo", "events": "vx"}


class Drawer:
    """Draws blocks into lists of parts, one list a scope; called processes are kept beside."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self._letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        self._count = 0

    def name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def scope(self, block: Any) -> list[Part]:
        parts: list[Part] = []
        self.draw(block, self.name("s"), self.name("e"), parts)
        return parts

    def handler(self, block: Any, trigger: str, *, interrupting: bool = True) -> Node:
        parts: list[Part] = []
        begin = self.name("s")
        self.draw(block, begin, self.name("e"), parts)
        return event_sub(self.name("event"), start(begin, trigger, interrupting=interrupting), *parts)

    def ending(self, block: Any, result: Node, parts: list[Part]) -> None:
        """The block, then either the result or a plain end."""
        choice = self.name("x")
        self.draw(block, self.name("s"), choice, parts)
        parts += [result, f"{choice} {result.id}", f"{choice} {self.name('e')}"]

    def draw(self, block: Any, before: str, after: str, parts: list[Part]) -> None:
        kind, *inner = block
        if kind == "task":
            parts.append(f"{before} {next(self._letters)} {after}")
        elif kind == "sequence":
            between = self.name("x")
            self.draw(inner[0], before, between, parts)
            self.draw(inner[1], between, after, parts)
        elif kind == "link":
            thrown, caught, name = self.name("throw"), self.name("catch"), self.name("link")
            parts += [throw(thrown, link(name)), catch(caught, link(name))]
            self.draw(inner[0], before, thrown, parts)
            self.draw(inner[1], caught, after, parts)
        elif kind == "loop":
            first, last = self.name("x"), self.name("x")
            parts += [f"{before} {first}", f"{last} {after}"]
            self.draw(inner[0], first, last, parts)
            self.draw(inner[1], last, first, parts)
        elif kind in GATES:
            split, join = (self.name(letter) for letter in GATES[kind])
            parts += [f"{before} {split}", f"{join} {after}"]
            for part in inner:
                source = split
                if kind == "events":
                    source = self.name("catch")
                    parts += [catch(source, MESSAGE), f"{split} {source}"]
                self.draw(part, source, join, parts)
        else:
            self._activity(kind, inner, before, after, parts)

    def _activity(self, kind: str, inner: list[Any], before: str, after: str, parts: list[Part]) -> None:
        name, content = self.name("S"), list[Part]()
        code = self.name("code")
        if kind in MARKERS:
            parts.append(sub(name, *self.scope(inner[0]), marker=MARKERS[kind]))
        elif kind == "call":
            target = self.name("called")
            self.called.append(process(*self.scope(inner[0]), name=target))
            parts.append(call(name, target))
        elif kind == "handled inside":
            content = [*self.scope(inner[0]), self.handler(inner[1], MESSAGE)]
            parts.append(sub(name, *content))
        elif kind == "watched inside":
            content = [*self.scope(inner[0]), self.handler(inner[1], TIMER, interrupting=False)]
            parts.append(sub(name, *content))
        elif kind == "picked":
            content = [sub(self.name("S"), *self.scope(part)) for part in inner]
            parts.append(ad_hoc(name, *content, ordering="Sequential"))
        elif kind == "conditional":
            join = self.name("o")
            parts.append(sub(name, *self.scope(inner[0])))
            for part in inner[1:]:
                branch = self.name("S")
                parts += [sub(branch, *self.scope(part)), f"{name} ?{branch} {join}"]
            parts += [f"{before} {name}", f"{join} {after}"]
            return
        elif kind == "watched":
            watched, event = self.name("S"), self.name("boundary")
            content = [sub(watched, *self.scope(inner[0])), boundary(event, watched, TIMER, interrupting=False)]
            content.append(f"{self.name('s')} {watched}")
            self.draw(inner[1], watched, self.name("e"), content)
            self.draw(inner[2], event, self.name("e"), content)
            parts.append(sub(name, *content))
        elif kind in {"raised inside", "failing inside"}:
            is_error = kind == "failing inside"
            trigger = error(code) if is_error else escalation(code)
            raised, choice, merge = self.name("raised"), self.name("x"), self.name("x")
            self.draw(inner[0], self.name("s"), choice, content)
            self.draw(inner[1], merge, self.name("e"), content)
            content += [self.handler(inner[2], trigger, interrupting=is_error), f"{choice} {merge}"]
            if is_error:
                content += [end(raised, trigger), f"{choice} {raised}"]
            else:
                content += [throw(raised, trigger), f"{choice} {raised} {merge}"]
            parts.append(sub(name, *content))
        elif kind == "terminated":
            split, stop = self.name("p"), end(self.name("stop"), TERMINATE)
            content = [f"{self.name('s')} {split}", stop]
            self.draw(inner[0], split, stop.id, content)
            self.draw(inner[1], split, self.name("e"), content)
            parts.append(sub(name, *content))
        else:
            trigger = {"failing": error(code), "cancelled": CANCEL, "escalated": escalation(code)}.get(kind, TIMER)
            if kind == "interrupted":
                content = self.scope(inner[0])
            else:
                self.ending(inner[0], end(self.name("end"), trigger), content)
            parts.append(transaction(name, *content) if kind == "cancelled" else sub(name, *content))
            event, merge = self.name("boundary"), self.name("x")
            parts += [boundary(event, name, trigger), f"{before} {name} {merge}", f"{merge} {after}"]
            self.draw(inner[1], event, merge, parts)
            return
        parts.append(f"{before} {name} {after}")


def doubled(block: Any) -> int:
    """How deep instances side by side are nested; two deep, there are too many states to play in a test."""
    return (block[0] == "two side by side") + max(map(doubled, block[1:]), default=0)


def blocks() -> st.SearchStrategy[Any]:
    return st.recursive(
        st.just(("task",)),
        lambda deeper: st.one_of(
            st.tuples(st.sampled_from(TWO_PARTS), deeper, deeper),
            st.tuples(st.sampled_from(ONE_PART), deeper),
            st.tuples(st.sampled_from(THREE_PARTS), deeper, deeper, deeper),
        ),
        max_leaves=5,
    )


@settings(max_examples=200)
@given(block=blocks().filter(lambda block: doubled(block) < 2))
def test_nested_constructs_play_their_language(block: Any) -> None:
    drawer = Drawer()
    parts = drawer.scope(block)
    xml = definitions(process(*parts), *drawer.called)
    expected = language_of(block, iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert words_of(xml, LONGEST, participant="flow") == set(expected.words)
