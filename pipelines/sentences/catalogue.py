"""Message catalogues: a key with arguments becomes a sentence only here."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
MOST_NAMES = 6
"""Names that a sentence lists; of more, it counts the rest."""

Arguments = Mapping[str, str | Sequence[str]]

_ARGUMENT = re.compile(r"\{([a-z]+)\}")
_PLACES = {
    (True, True): "place.between",
    (False, True): "place.first",
    (True, False): "place.last",
    (False, False): "place.alone",
}


@functools.cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All templates of a language by key."""
    text = files("pipelines.sentences").joinpath(f"{language}.json").read_text(encoding="utf-8")
    templates: dict[str, str] = json.loads(text)
    return templates


def sentence(language: Language, key: str, arguments: Arguments) -> str:
    """The sentence of a key.

    An argument that is a list of names is told as one: “a”, “b” and “c”. The template's {place} is told from the
    arguments `after` and `before`, as far as they are given. An argument that looks like a place stays as it is.
    """
    templates = catalogue(language)
    told = {name: value if isinstance(value, str) else _listed(language, value) for name, value in arguments.items()}
    template = templates[key]
    if "{place}" in template:
        told["place"] = _filled(templates[_PLACES["after" in told, "before" in told]], told)
    return _filled(template, told)


@functools.cache
def _parts(template: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text before the first argument, and each argument with the text behind it."""
    first, *rest = _ARGUMENT.split(template)
    return first, tuple(zip(rest[::2], rest[1::2], strict=True))


def _filled(template: str, told: Mapping[str, str]) -> str:
    first, rest = _parts(template)
    filled = [first]
    for name, text in rest:
        filled += (told.get(name, f"{{{name}}}"), text)
    return "".join(filled)


def _listed(language: Language, names: Sequence[str]) -> str:
    parts = catalogue(language)
    shown = names if len(names) <= MOST_NAMES else names[: MOST_NAMES - 1]
    quoted = [_filled(parts["list.name"], {"name": name}) for name in shown]
    if len(names) > MOST_NAMES:
        told = {"count": str(len(names) - len(shown)), "all": str(len(names))}
        return _filled(parts["list.more"], {"names": parts["list.separator"].join(quoted), **told})
    if len(quoted) < 2:
        return "".join(quoted)
    return _filled(parts["list.and"], {"names": parts["list.separator"].join(quoted[:-1]), "last": quoted[-1]})


def duration_text(language: Language, seconds: float) -> str:
    """A duration in its two largest units: 3 d 4 h, 3 天 4 小时."""
    units = {"en": ("d", "h", "min", "s"), "zh": ("天", "小时", "分", "秒")}[language]
    whole = int(seconds)
    parts = [whole // 86_400, whole % 86_400 // 3600, whole % 3600 // 60, whole % 60]
    first = next((index for index, part in enumerate(parts) if part), 3)
    shown = [f"{parts[index]} {units[index]}" for index in range(first, min(first + 2, 4)) if parts[index]]
    return " ".join(shown) or f"0 {units[3]}"
