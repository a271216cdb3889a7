"""The small values that configuration files share: a text in two languages, a duration, a time zone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = timedelta(days=36_525)
_SHORT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(seconds?|minutes?|hours?|days?|weeks?|[smhdw])\s*")
_ISO = re.compile(r"P(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?")


class Strict(BaseModel):
    """Base of every configuration model: frozen, and a name that it doesn't know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Strict):
    """A text in English and Chinese. Where one is missing the other stands in for it."""

    en: str = ""
    zh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _both(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"en": value, "zh": value}
        if isinstance(value, dict):
            known = {key: text for key, text in value.items() if text}
            if "en" in known or "zh" in known:
                return {"en": known.get("zh"), "zh": known.get("en"), **known}
        return value


def parse_duration(value: Any) -> timedelta:
    """A duration from `30s`, `15m`, `4h`, `5d`, `2w`, `1d 4h`, `8 weeks`, ISO 8601 (`PT4H`) or a number of seconds."""
    if isinstance(value, timedelta):
        return value
    try:
        found = _duration_of(value) if isinstance(value, str) else None
    except OverflowError:
        found = None
    if found is None:
        message = f"'{value}' is not a duration; write for example 30s, 15m, 4h, 5d, 2w, '1d 4h' or PT4H"
        raise ValueError(message)
    if not timedelta(0) < found <= _LONGEST:
        message = f"'{value}' is out of range; expected a duration above zero and of at most a hundred years"
        raise ValueError(message)
    return found


def _duration_of(value: str) -> timedelta | None:
    text = value.strip()
    parts = _SHORT.findall(text)
    if parts and not _SHORT.sub("", text):
        return timedelta(seconds=sum(float(number) * _UNITS[unit[0]] for number, unit in parts))
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groupdict().values()):
        seconds = sum(float(number) * _UNITS[unit] for unit, number in iso.groupdict().items() if number)
        return timedelta(seconds=seconds)
    return None


def parse_zone(value: Any) -> str:
    """An IANA time zone name that the pinned tzdata knows."""
    if isinstance(value, str) and value in available_timezones():
        ZoneInfo(value)
        return value
    message = f"'{value}' is not an IANA time zone; write for example Europe/Rome or Asia/Shanghai"
    raise ValueError(message)


def as_list(value: Any) -> Any:
    """One value stands for a list of one."""
    return [value] if isinstance(value, (str, int, float)) else value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Zone = Annotated[str, BeforeValidator(parse_zone)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_list)]
