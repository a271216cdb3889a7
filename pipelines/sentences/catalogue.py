"""Message catalogues: a key with arguments becomes a sentence only here."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_PLACE = re.compile(r"\{([a-z]+)\}")


@functools.cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All templates of a language by key."""
    text = files("pipelines.sentences").joinpath(f"{language}.json").read_text(encoding="utf-8")
    templates: dict[str, str] = json.loads(text)
    return templates


def sentence(language: Language, key: str, arguments: Mapping[str, str]) -> str:
    """The sentence of a key. One pass over the template: an argument that looks like a place stays as it is."""
    return _PLACE.sub(lambda place: arguments.get(place.group(1), place.group(0)), catalogue(language)[key])


def duration_text(language: Language, seconds: float) -> str:
    """A duration in its two largest units: 3 d 4 h, 3 天 4 小时."""
    units = {"en": ("d", "h", "min", "s"), "zh": ("天", "小时", "分", "秒")}[language]
    whole = int(seconds)
    parts = [whole // 86_400, whole % 86_400 // 3600, whole % 3600 // 60, whole % 60]
    first = next((index for index, part in enumerate(parts) if part), 3)
    shown = [f"{parts[index]} {units[index]}" for index in range(first, min(first + 2, 4)) if parts[index]]
    return " ".join(shown) or f"0 {units[3]}"
