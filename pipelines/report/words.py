"""Words and figures in the languages of a report: catalogues of messages, durations, numbers, instants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

import yaml

Language = Literal["en", "zh"]

LANGUAGES: tuple[Language, ...] = ("en", "zh")
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}
"""The languages as HTML names them."""

UNKNOWN = "–"
"""Stands where a figure can't be known."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS: dict[Language, tuple[str, str, str, str]] = {
    "en": (" d", " h", " min", " s"),
    "zh": (" 天", " 小时", " 分钟", " 秒"),
}
# control characters, and those that turn the direction of the text around them
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with a mark in place of each control or direction-changing character."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


@cache
def catalogue(language: Language) -> dict[str, str]:
    """The messages of a language by key."""
    text = (files("pipelines.report") / "messages" / f"{language}.yaml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in yaml.safe_load(text).items()}


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that a page says in one language, with instants in one time zone."""

    language: Language
    zone: ZoneInfo

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return TAGS[self.language]

    def t(self, key: str, **values: object) -> str:
        """The message of a key, its {places} filled. Raises `KeyError` for a key that the catalogue lacks."""
        return catalogue(self.language)[key].format(**values)

    def known(self, prefix: str, name: str | None) -> str:
        """The message `prefix.name`; the name itself where there is none (kinds may grow with a release)."""
        if name is None:
            return UNKNOWN
        return catalogue(self.language).get(f"{prefix}.{name}", name)

    def pick(self, en: str | None, zh: str | None, otherwise: str | None = None) -> str:
        """The text of this language; where it is missing, the other one."""
        first, second = (en, zh) if self.language == "en" else (zh, en)
        return first or second or otherwise or UNKNOWN

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with separators."""
        if value is None:
            return UNKNOWN
        return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A share of 1 as per cent."""
        return UNKNOWN if share is None else f"{100 * share:.{digits}f}%".replace("-", "\N{MINUS SIGN}")

    def duration(self, seconds: float | None) -> str:
        """A duration in its two largest units: 3 d 4 h, 4 h 10 min, 12 min, 2 min 5 s."""
        if seconds is None:
            return UNKNOWN
        day, hour, minute, second = _UNITS[self.language]
        sign = "\N{MINUS SIGN}" if seconds < 0 else ""
        left = abs(seconds)
        if left < 9.95:
            text = f"{left:.0f}" if left in {0, round(left)} else f"{left:.1f}"
            return f"{sign}{text}{second}"
        if left < 59.5:
            return f"{sign}{left:.0f}{second}"
        if left < 600:
            whole = round(left)
            return sign + _two(whole // 60, minute, whole % 60, second)
        minutes = round(left / 60)
        if minutes < 60:
            return f"{sign}{minutes}{minute}"
        if minutes < 24 * 60:
            return sign + _two(minutes // 60, hour, minutes % 60, minute)
        hours = round(left / 3600)
        days = hours // 24
        if days >= 100:
            return f"{sign}{round(left / 86400):,}{day}"
        return sign + _two(days, day, hours % 24, hour)

    def brief(self, seconds: float | None) -> str:
        """A duration as one number, for labels and axes: 1.8 h, 7.5 d."""
        if seconds is None:
            return UNKNOWN
        sizes = zip((86400, 3600, 60, 1), _UNITS[self.language], strict=True)
        size, unit = next(((size, unit) for size, unit in sizes if abs(seconds) >= size), (1, _UNITS[self.language][3]))
        value = seconds / size
        text = f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.1f}".removesuffix(".0")
        return text.replace("-", "\N{MINUS SIGN}") + unit

    def instant(self, moment: datetime | None) -> str:
        """An instant to the minute, in the zone of the process."""
        if moment is None:
            return UNKNOWN
        local = moment.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def day(self, day: date | None) -> str:
        """A calendar day."""
        if day is None:
            return UNKNOWN
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def period(self, period: str | None) -> str:
        """A period as people name it: Sep 2026; anything that is not a month stays as it is."""
        if period is None:
            return UNKNOWN
        found = re.fullmatch(r"(\d{4})-(\d{2})", period)
        if not found or not 1 <= int(found[2]) <= 12:
            return self.known("period", period)
        if self.language == "zh":
            return f"{found[1]}年{int(found[2])}月"
        return f"{_MONTHS[int(found[2]) - 1]} {found[1]}"


def words_for(language: Language, time_zone: str) -> Words:
    """The words of a language; an unknown zone falls back to UTC (the page names the zone it uses)."""
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return Words(language=language, zone=zone)


def local_month(moment: datetime, time_zone: str) -> str:
    """The month (2026-09) in which an instant lies in a zone."""
    return f"{moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(words_for('en', time_zone).zone):%Y-%m}"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}" + (f" {small}{small_unit}" if small else "")
