"""The generators of words that the other tables lean on."""

from __future__ import annotations

from tests.mining.semantics.words import prefixes, shuffle, shuffles, star, then, up_to


def test_shuffle() -> None:
    assert shuffle() == {""}
    assert shuffle("AB", "C") == {"ABC", "ACB", "CAB"}
    assert shuffle("AB", "AB") == {"AABB", "ABAB"}
    assert len(shuffle("A", "B", "C", "D")) == 24
    assert shuffles({"A", "B"}, {"C"}) == {"AC", "CA", "BC", "CB"}


def test_then_and_star() -> None:
    assert then({"A", ""}, {"B"}) == {"AB", "B"}
    assert star({"A"}, 3) == {"", "A", "AA", "AAA"}
    assert star({"AB", ""}, 5) == {"", "AB", "ABAB"}
    assert star({"A", "B"}, 2) == {"", "A", "B", "AA", "AB", "BA", "BB"}


def test_up_to_and_prefixes() -> None:
    assert up_to(1, {"", "A", "AB"}) == {"", "A"}
    assert prefixes({"AB", "C"}) == {"", "A", "AB", "C"}
