"""Trees, graphs and their writing: one canonical form, one language in all of them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.automaton.automaton import language
from mining.discovery.graph import graph_of
from mining.discovery.net import net_of, simplicity
from mining.discovery.tree import SILENT, Operator, Tree, activity, combine, walk
from mining.discovery.writing import bpmn_text, pnml_text
from mining.errors import MiningError
from mining.petri import read_pnml
from mining.standard import standard_from_bpmn, standard_from_pnml

LONGEST = 5
OPERATORS: tuple[Operator, ...] = ("sequence", "choice", "parallel", "loop")


def words(tree: Tree) -> set[tuple[str, ...]]:
    """The words of a tree up to LONGEST activities: recursive, slow and plain."""
    if tree.operator == "silent":
        return {()}
    if tree.operator == "activity":
        return {(tree.label,)}
    parts = [words(child) for child in tree.children]
    if tree.operator == "choice":
        return set().union(*parts)
    if tree.operator == "sequence":
        return chained(parts)
    if tree.operator == "parallel":
        found: set[tuple[str, ...]] = {()}
        for part in parts:
            found = {word for a in found for b in part for word in shuffled(a, b)}
        return found
    found = parts[0]
    while True:
        longer = found | chained([found, set().union(*parts[1:]), parts[0]])
        if longer == found:
            return found
        found = longer


def chained(parts: list[set[tuple[str, ...]]]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = {()}
    for part in parts:
        found = {a + b for a in found for b in part if len(a + b) <= LONGEST}
    return found


def shuffled(a: tuple[str, ...], b: tuple[str, ...]) -> set[tuple[str, ...]]:
    size = len(a) + len(b)
    if size > LONGEST:
        return set()
    found = set()
    for places in itertools.combinations(range(size), len(a)):
        left, right = iter(a), iter(b)
        found.add(tuple(next(left) if place in places else next(right) for place in range(size)))
    return found


def raw(operator: Operator, children: list[Tree]) -> Tree:
    return Tree(operator=operator, children=tuple(children))


trees = st.recursive(
    st.sampled_from([activity(name) for name in "abcd"] + [SILENT]),
    lambda children: st.builds(raw, st.sampled_from(OPERATORS), st.lists(children, min_size=2, max_size=3)),
    max_leaves=7,
)


def canonical(tree: Tree) -> Tree:
    if not tree.children:
        return tree
    return combine(tree.operator, tuple(canonical(child) for child in tree.children))


@given(trees)
@settings(max_examples=150, deadline=None)
def test_canonical_form_keeps_the_language_and_is_stable(tree: Tree) -> None:
    tidy = canonical(tree)
    assert words(tidy) == words(tree)
    assert canonical(tidy) == tidy


@given(trees, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_order_of_alternatives_and_branches_does_not_matter(tree: Tree, shuffler: object) -> None:
    def shuffle(node: Tree) -> Tree:
        children = [shuffle(child) for child in node.children]
        if node.operator in ("choice", "parallel"):
            shuffler.shuffle(children)  # type: ignore[attr-defined]
        elif node.operator == "loop":
            back = children[1:]
            shuffler.shuffle(back)  # type: ignore[attr-defined]
            children = [children[0], *back]
        return raw(node.operator, children) if children else node

    assert canonical(shuffle(tree)).text == canonical(tree).text


@given(trees.map(canonical))
@settings(max_examples=80, deadline=None)
def test_drawing_and_net_allow_the_words_of_the_tree(tree: Tree) -> None:
    labels = {node.label for node in walk(tree) if node.label}
    if not labels:
        return
    graph = graph_of(tree)
    for standard in (
        standard_from_bpmn(bpmn_text(graph).encode(), source="drawing"),
        standard_from_pnml(pnml_text(net_of(graph)).encode(), source="net"),
    ):
        found = set(language(standard.automaton, LONGEST))
        assert found == {word for word in words(tree) if len(word) <= LONGEST}


def test_a_loop_and_a_choice_in_writing() -> None:
    tree = combine("sequence", (activity("a"), combine("loop", (activity("b"), SILENT)), activity("c")))
    assert tree.text == "sequence(1:a, loop(1:b, silent()), 1:c)"
    text = bpmn_text(graph_of(tree))
    assert text.count("exclusiveGateway id=") == 2
    net = read_pnml(pnml_text(net_of(graph_of(tree))).encode(), source="net")
    assert sorted(t.label for t in net.transitions if t.label) == ["a", "b", "c"]
    assert net.finals == ((("end", 1),),)


def test_names_with_markup_and_chinese_survive() -> None:
    name = 'A < B & "二线分析"'
    text = bpmn_text(graph_of(activity(name)))
    assert "二线分析" in text
    standard = standard_from_pnml(pnml_text(net_of(graph_of(activity(name)))).encode(), source="net")
    assert standard.labels == (name,)


def test_a_name_that_xml_cannot_carry_is_told() -> None:
    with pytest.raises(MiningError, match="XML can't carry"):
        bpmn_text(graph_of(activity("bell\x07")))


def test_a_chain_is_as_simple_as_can_be_and_a_wide_choice_is_not() -> None:
    chain = combine("sequence", tuple(activity(name) for name in "abcdef"))
    assert simplicity(net_of(graph_of(chain))) == 1.0
    wide = combine("choice", tuple(activity(name) for name in "abcdefghij"))
    assert simplicity(net_of(graph_of(wide))) < 0.8


def test_simplicity_agrees_with_pm4py() -> None:
    from pm4py.algo.evaluation.simplicity.variants.arc_degree import apply
    from pm4py.objects.petri_net.obj import PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    tree = combine("sequence", (activity("a"), combine("choice", tuple(activity(n) for n in "bcdefgh")), activity("z")))
    net = net_of(graph_of(tree))
    theirs = PetriNet("net")
    nodes = {place: PetriNet.Place(place) for place in net.places}
    nodes |= {name: PetriNet.Transition(name, label or None) for name, label in net.transitions}
    for node in nodes.values():
        (theirs.places if isinstance(node, PetriNet.Place) else theirs.transitions).add(node)
    for source, target in net.arcs:
        add_arc_from_to(nodes[source], nodes[target], theirs)
    assert simplicity(net) == pytest.approx(apply(theirs))


def test_a_deep_tree_needs_no_recursion() -> None:
    tree = activity("x")
    for number in range(3_000):
        tree = combine("loop" if number % 2 else "choice", (tree, SILENT))
        tree = Tree(operator=tree.operator, children=tree.children, text="")
    assert len(graph_of(tree).nodes) > 3_000
