"""The language of a state space, played out."""

from __future__ import annotations

from mining.statespace import StateSpace


def language(space: StateSpace, max_length: int) -> frozenset[tuple[str, ...]]:
    """Visible words of complete runs with at most `max_length` steps."""
    steps: dict[int, list[tuple[str, int]]] = {}
    for source, element, target in zip(
        space.source.tolist(), space.element.tolist(), space.target.tolist(), strict=True
    ):
        part = space.elements[element]
        steps.setdefault(source, []).append((part.name if part.is_visible else "", target))
    finals = set(space.finals)
    words = set()
    start: tuple[tuple[str, ...], int] = ((), space.initial)
    seen, waiting = {start}, [start]
    while waiting:
        word, state = waiting.pop()
        if state in finals:
            words.add(word)
        for name, target in steps.get(state, ()):
            longer = (*word, name) if name else word
            if len(longer) <= max_length and (longer, target) not in seen:
                seen.add((longer, target))
                waiting.append((longer, target))
    return frozenset(words)
