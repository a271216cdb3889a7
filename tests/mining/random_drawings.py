"""Small random drawings of one level: tasks and gateways, joined at random, mostly forwards."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.mining.drawn import document

TAGS = {"A": "task", "x": "exclusiveGateway", "p": "parallelGateway", "o": "inclusiveGateway"}
Graph = tuple[dict[str, str], list[tuple[str, str, str]]]
"""Tags by node id, and flows (id, source, target); s starts, e... ends."""


@st.composite
def graphs(draw: st.DrawFn, *, kinds: str = "AAxpo") -> Graph:
    count = draw(st.integers(2, 7))
    letters = [draw(st.sampled_from(kinds)) for _ in range(count)]
    names = [f"{letter}{number}" for number, letter in enumerate(letters)]
    tags = {"s": "startEvent", **{name: TAGS[name[0]] for name in names}, "e": "endEvent"}
    order = list(tags)
    pairs: set[tuple[str, str]] = set()
    for place, name in enumerate(order[1:], start=1):
        pairs.add((order[draw(st.integers(0, place - 1))], name))
    for place, name in enumerate(order[:-1]):
        pairs.add((name, order[draw(st.integers(place + 1, len(order) - 1))]))
    for _ in range(draw(st.integers(0, 2))):
        # now and then a way back
        later = draw(st.integers(1, len(order) - 2))
        pairs.add((order[later], order[draw(st.integers(1, len(order) - 2))]))
    flows = [(f"f{number}", source, target) for number, (source, target) in enumerate(sorted(pairs))]
    return tags, flows


def drawn_graph(graph: Graph) -> bytes:
    tags, flows = graph
    nodes = "".join(f'<{tag} id="{name}" name="{name}"/>' for name, tag in tags.items())
    lines = "".join(f'<sequenceFlow id="{i}" sourceRef="{a}" targetRef="{b}"/>' for i, a, b in flows)
    return document(nodes + lines)
