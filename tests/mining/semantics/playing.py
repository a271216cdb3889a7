"""Playing drawings out, and writing down what they must play."""

from __future__ import annotations

from typing import Any

import pytest

from mining.bpmn import read_bpmn
from mining.errors import MiningError
from mining.standard import standard_from_bpmn
from mining.statespace import check_soundness, explore_drawing
from tests.builders.languages import language
from tests.mining.semantics.drawings import Part, drawing


def words_of(xml: bytes, longest: int = 6, **options: Any) -> set[str]:
    """Visible words of complete runs of a sound drawing, the names run together."""
    space = standard_from_bpmn(xml, source="x.bpmn", **options).space
    return {"".join(word) for word in language(space, longest)}


def words_even_if_unsound(xml: bytes, longest: int = 6) -> set[str]:
    """As words_of, of a drawing that would be refused for its flaws."""
    space = explore_drawing(read_bpmn(xml, source="x.bpmn"))
    return {"".join(word) for word in language(space, longest)}


def case(section: str, what: str, parts: tuple[Part, ...], words: set[str], longest: int = 6) -> Any:
    """A row of a table: the section of BPMN 2.0.2 that it follows, a drawing, and its words up to a length."""
    assert all(len(word) <= longest for word in words), "an expected word is longer than what is played out"
    return pytest.param(drawing(*parts), longest, words, id=f"{section} {what}")


def refusal(xml: bytes, **options: Any) -> list[str]:
    """The problems with which a drawing is refused, one text each."""
    with pytest.raises(MiningError) as caught:
        standard_from_bpmn(xml, source="x.bpmn", **options)
    return [str(problem) for problem in caught.value.problems]


def flaws_of(xml: bytes) -> list[str]:
    return [flaw.kind for flaw in check_soundness(explore_drawing(read_bpmn(xml, source="x.bpmn"))).flaws]


def warnings_of(xml: bytes) -> list[str]:
    return [warning.kind for warning in check_soundness(explore_drawing(read_bpmn(xml, source="x.bpmn"))).warnings]
