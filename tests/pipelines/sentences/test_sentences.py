"""Every finding has a whole sentence in each language."""

from __future__ import annotations

import itertools
import re

import pytest

from mining.deviations import MESSAGES, WITH_PLACE
from pipelines.sentences.catalogue import LANGUAGES, MOST_NAMES, Language, catalogue, sentence

ARGUMENT = re.compile(r"\{([a-z]+)\}")


def test_the_catalogues_hold_the_same_keys() -> None:
    assert len({frozenset(catalogue(language)) for language in LANGUAGES}) == 1
    assert set(MESSAGES) == {key for key in catalogue("en") if key.startswith("flow.")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(MESSAGES))
def test_every_argument_is_told_and_none_is_left_open(language: Language, key: str) -> None:
    sides = itertools.product((True, False), repeat=2) if key in WITH_PLACE else [(False, False)]
    for has_after, has_before in sides:
        given: dict[str, str | tuple[str, ...]] = {name: f"<{name}>" for name in MESSAGES[key]}
        if "steps" in given:
            given["steps"] = ("<steps>",)
        given |= {"after": "<after>"} if has_after else {}
        given |= {"before": "<before>"} if has_before else {}
        told = sentence(language, key, given)
        assert not ARGUMENT.search(told), told
        assert told.endswith("." if language == "en" else "。")
        for name in given:
            assert f"<{name}>" in told, (told, name)
            # names are quoted, numbers are not
            assert (f"“<{name}>”" in told) == (name != "times"), told


@pytest.mark.parametrize(
    ("key", "arguments", "english", "chinese"),
    [
        (
            "flow.skipped",
            {"step": "B", "after": "A", "before": "C"},
            "“B” was skipped: it was due between “A” and “C”.",
            "遗漏环节“B”：应在“A”与“C”之间执行。",
        ),
        (
            "flow.skipped",
            {"step": "A", "before": "B"},
            "“A” was skipped: it was due at the start, before “B”.",
            "遗漏环节“A”：应在开始时、“B”之前执行。",
        ),
        (
            "flow.inserted",
            {"step": "S", "after": "Z"},
            "“S” was done at the end, after “Z”, where the standard does not have it.",
            "多余环节“S”：在最后、“Z”之后执行，标准此处没有该环节。",
        ),
        (
            "flow.repeated",
            {"step": "B", "after": "B", "before": "C", "times": "3"},
            "“B” was done again between “B” and “C” (3 times by then), more often than the standard has it.",
            "重复环节“B”：在“B”与“C”之间再次执行（至此共 3 次），多于标准规定。",
        ),
        (
            "flow.repeated_early",
            {"step": "D", "before": "A"},
            "“D” was done at the start, before “A”, ahead of its turn, and again later.",
            "重复环节“D”：在开始时、“A”之前提前执行，之后又再次执行。",
        ),
        (
            "flow.out_of_order_later",
            {"step": "B", "other": "C", "last": "E"},
            "“B” was done after “E” instead of before “C”.",
            "顺序颠倒：“B”在“E”之后才执行，标准规定在“C”之前。",
        ),
        (
            "flow.replaced",
            {"step": "C", "other": "H", "after": "B", "before": "D"},
            "“H” was done between “B” and “D”, where “C” was due.",
            "环节“C”被替代：在“B”与“D”之间执行的是“H”。",
        ),
        (
            "flow.unknown_activity",
            {"activity": "X", "after": "A", "before": "B"},
            "“X” was done between “A” and “B”; it is not part of the standard.",
            "未知活动“X”：在“A”与“B”之间执行，不属于标准流程。",
        ),
        (
            "flow.unfinished",
            {"after": "B", "steps": ("C", "D", "E")},
            "The case was closed after “B”, without “C”, “D” and “E”.",
            "未完成即终止：案例在“B”之后关闭，缺少“C”、“D”和“E”。",
        ),
    ],
)
def test_sentences_read_like_sentences(
    key: str, arguments: dict[str, str | tuple[str, ...]], english: str, chinese: str
) -> None:
    assert sentence("en", key, arguments) == english
    assert sentence("zh", key, arguments) == chinese


def test_long_lists_are_cut_and_counted() -> None:
    names = tuple("ABCDEFGHI")
    told = sentence("en", "flow.unfinished", {"after": "Z", "steps": names})
    assert told == "The case was closed after “Z”, without “A”, “B”, “C”, “D”, “E” and 4 more steps."
    assert "“E”等共 9 个环节" in sentence("zh", "flow.unfinished", {"after": "Z", "steps": names})
    whole = sentence("en", "flow.unfinished", {"after": "Z", "steps": names[:MOST_NAMES]})
    assert "“F”" in whole
    assert "more" not in whole


def test_a_name_that_looks_like_an_argument_is_a_name() -> None:
    hostile = {"step": "{other}", "other": "{place}", "after": "{step}"}
    assert (
        sentence("en", "flow.replaced", hostile)
        == "“{place}” was done at the end, after “{step}”, where “{other}” was due."
    )
