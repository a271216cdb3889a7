from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.words import UNKNOWN, catalogue, printable, words_for

EN = words_for("en", "Asia/Shanghai")
ZH = words_for("zh", "Asia/Shanghai")


def test_both_catalogues_have_the_same_keys_and_places() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert sorted(english) == sorted(chinese)

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for key, text in english.items():
        assert places(text) == places(chinese[key]), key


def test_every_key_that_templates_use_exists() -> None:
    used: set[str] = set()
    for entry in (files("pipelines.report") / "templates").iterdir():
        if entry.name.endswith(".j2"):
            used.update(re.findall(r'w\.t\("([a-z0-9_.]+)"[,)]', entry.read_text(encoding="utf-8")))
    assert len(used) > 100
    assert used <= set(catalogue("en"))


def test_chinese_uses_chinese_punctuation() -> None:
    for key, text in catalogue("zh").items():
        assert not re.search("[\u4e00-\u9fff][,:;]", text), key


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (None, UNKNOWN, UNKNOWN),
        (0, "0 s", "0 秒"),
        (0.5, "0.5 s", "0.5 秒"),
        (45, "45 s", "45 秒"),
        (59.7, "1 min", "1 分钟"),
        (60, "1 min", "1 分钟"),
        (90, "1 min 30 s", "1 分钟 30 秒"),
        (3599, "1 h", "1 小时"),
        (15000, "4 h 10 min", "4 小时 10 分钟"),
        (86399, "1 d", "1 天"),
        (273600, "3 d 4 h", "3 天 4 小时"),
        (-273600, "−3 d 4 h", "−3 天 4 小时"),
        (86400 * 1234.4, "1,234 d", "1,234 天"),
    ],
)
def test_durations_read_humanely(seconds: float | None, english: str, chinese: str) -> None:
    assert EN.duration(seconds) == english
    assert ZH.duration(seconds) == chinese


@given(st.floats(min_value=0, max_value=1e9))
def test_a_duration_is_near_what_it_says(seconds: float) -> None:
    units = {"d": 86400, "h": 3600, "min": 60, "s": 1}
    told = sum(
        float(number.replace(",", "")) * units[unit]
        for number, unit in re.findall(r"([\d.,]+) (d|h|min|s)\b", EN.duration(seconds))
    )
    assert abs(told - seconds) <= max(0.51, seconds * 0.05)


def test_figures_and_dates() -> None:
    assert EN.percent(0.6667) == "66.7%"
    assert EN.number(1234567) == "1,234,567"
    assert EN.number(-3) == "−3"
    assert EN.brief(6480) == "1.8 h"
    assert ZH.brief(86400 * 19) == "19 天"
    assert EN.period("2026-09") == "Sep 2026"
    assert ZH.period("2026-09") == "2026年9月"
    assert EN.period("2026-W40") == "2026-W40"
    assert EN.pick(None, "中文") == "中文"
    assert ZH.known("kind", "not yet known") == "not yet known"


def test_an_unknown_zone_falls_back_and_says_so() -> None:
    assert str(words_for("en", "Mars/Olympus").zone) == "UTC"
    assert str(words_for("en", "../../etc/passwd").zone) == "UTC"


def test_controls_are_not_printed() -> None:
    assert printable("a\x00b\u202ec\td") == "a\ufffdb\ufffdc\td"
