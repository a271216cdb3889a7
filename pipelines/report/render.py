"""Writing a report as one HTML text: no reading, no writing, no clock; everything is escaped by the templates."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from pipelines.report.model import IndexEntry, Report
from pipelines.report.words import LANGUAGES, TAGS, Language, Words, printable, words_for

if TYPE_CHECKING:
    from pipelines.report.dictionary import Dictionary


def render_report(report: Report) -> str:
    """The report as one HTML page that holds everything it needs, in all its languages."""
    pages = [(language, words_for(language, report.process.time_zone)) for language in report.languages]
    return _render("report.html.j2", r=report, pages=pages)


def render_dictionary(
    dictionary: Dictionary, *, languages: Sequence[Language] = LANGUAGES, index: str | None = None
) -> str:
    """The data dictionary as one HTML page that can be searched."""
    pages = [(language, words_for(language, "UTC")) for language in languages]
    return _render("dictionary.html.j2", scripts=("switch.js", "search.js"), d=dictionary, pages=pages, index=index)


def render_index(
    entries: Sequence[IndexEntry],
    *,
    languages: Sequence[Language] = LANGUAGES,
    product: str = "",
    dictionary: str | None = None,
) -> str:
    """The index of all processes as one HTML page; instants stand in each process's own zone.

    `dictionary` is the file of the data dictionary, where there is one.
    """
    pages = [(language, words_for(language, "UTC")) for language in languages]
    zones = {
        (language, entry.process.process): words_for(language, entry.process.time_zone)
        for language in languages
        for entry in entries
    }
    return _render("index.html.j2", entries=entries, pages=pages, zones=zones, product=product, dictionary=dictionary)


def load_templates() -> None:
    """Read and compile the templates of all pages, so that they are there when a page is drawn."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)


def card_value(words: Words, form: str, value: float | None) -> str:
    """A headline figure in its form."""
    if form == "percent":
        return words.percent(value)
    if form == "duration":
        return words.duration(value)
    return words.number(value)


def card_change(words: Words, form: str, change: float) -> str:
    """A change of a headline figure, with its sign."""
    sign = "+" if change > 0 else ""
    if form == "percent":
        return words.t("cards.points", value=f"{sign}{words.number(100 * change, 1)}")
    return sign + (words.duration(change) if form == "duration" else words.number(change))


def short(text: str | None, most: int = 120) -> str:
    """A name cut to a length that a table can bear; the whole of it stands in the cell's title."""
    if text is None:
        return "–"
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _render(template: str, *, scripts: Sequence[str] = ("switch.js",), **values: object) -> str:
    style, script = _asset("style.css"), "".join(_asset(name) for name in scripts)
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - package data, no user text
            script=Markup(script),  # noqa: S704
            style_hash=_source_hash(style),
            script_hash=_source_hash(script),
            tags=TAGS,
            **values,
        )
    )


@cache
def _environment() -> Environment:
    folder = files("pipelines.report") / "templates"
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".j2")}
    environment = Environment(
        loader=DictLoader(texts),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    environment.globals |= {"card_value": card_value, "card_change": card_change, "short": short}
    return environment


def _clean(value: object) -> object:
    """What is printed: texts without control characters, figures as they are."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return printable(value)


@cache
def _asset(name: str) -> str:
    text = (files("pipelines.report") / "templates" / name).read_text(encoding="utf-8")
    if name == "style.css":
        # pictures name the width under which their text gets too small; the page's policy forbids inline styles
        text += "".join(f".least-{step}{{min-width:{step * 200}px}}" for step in range(5, 41))
    return text


def _source_hash(text: str) -> str:
    """The hash by which the page's content policy lets one inline style or script run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
