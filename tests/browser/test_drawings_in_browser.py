"""Drawings as a browser sets them: real fonts, real boxes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.drawing_picture import drawing_pictures
from pipelines.report.figures import Figures, held_by
from pipelines.report.render import _asset, _environment
from pipelines.report.words import words_for
from tests.builders.notation import notation
from warehouse.reading.rows import ElementDeviationsRow, ElementTimesRow

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    drawing = notation()
    times = {node.id: ElementTimesRow(node.id, 10, 9, 3600.0, 900.0) for node in drawing.nodes if node.is_step}
    found = {node.id: ElementDeviationsRow(node.id, 1234, 2000) for node in drawing.nodes}
    (picture,) = drawing_pictures(drawing, Figures(times, found, held_by(drawing)))
    module: Any = _environment().get_template("parts.html.j2").make_module({})
    svg = module.picture(words_for("en", "UTC"), picture, "p", "All of it")
    path = tmp_path_factory.mktemp("drawings") / "notation.html"
    path.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><style>{_asset('style.css')}</style>{svg}", encoding="utf-8"
    )
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 1600, "height": 900})
        opened.goto(path.as_uri())
        yield opened
        browser.close()


def test_names_lie_within_their_boxes(page: Any) -> None:
    over = page.evaluate(
        """() => [...document.querySelectorAll("g.node.task")].flatMap(node => {
            const box = node.querySelector("rect.shape").getBBox();
            return [...node.querySelectorAll("text")].filter(text => {
                const own = text.getBBox();
                return own.x < box.x - 1 || own.x + own.width > box.x + box.width + 1
                    || own.y < box.y - 1 || own.y + own.height > box.y + box.height + 3;
            }).map(text => text.textContent);
        })"""
    )
    assert over == []


def test_counts_cover_no_name(page: Any) -> None:
    covered = page.evaluate(
        """() => {
            const texts = [...document.querySelectorAll("text.label")].map(text => text.getBBox());
            return [...document.querySelectorAll("g.badge rect")].map(rect => rect.getBBox()).filter(badge =>
                texts.some(text => text.x < badge.x + badge.width - 2 && badge.x < text.x + text.width - 2
                    && text.y + 3 < badge.y + badge.height && badge.y < text.y + text.height - 3)).length;
        }"""
    )
    assert covered == 0


def test_all_is_within_the_picture_and_nothing_runs(page: Any) -> None:
    inside = page.evaluate(
        """() => {
            const svg = document.querySelector("svg.picture"), view = svg.viewBox.baseVal, all = svg.getBBox();
            return all.x >= view.x && all.y >= view.y && all.x + all.width <= view.x + view.width
                && all.y + all.height <= view.y + view.height;
        }"""
    )
    assert inside
    assert page.evaluate("window.hacked") is None
    assert page.locator("svg script, svg img").count() == 0


@pytest.mark.parametrize("kind", ["dashed", "dotted", "thick", "double"])
def test_borders_are_seen(page: Any, kind: str) -> None:
    style = page.evaluate(
        """kind => {
            const shapes = document.querySelector(`g.node.${kind}`).querySelectorAll(":scope > .shape");
            const style = getComputedStyle(shapes[0]);
            return [style.strokeDasharray, parseFloat(style.strokeWidth), shapes.length];
        }""",
        kind,
    )
    dashes, width, shapes = style
    if kind in {"dashed", "dotted"}:
        assert dashes != "none"
    if kind == "thick":
        assert width > 3
    if kind == "double":
        assert shapes == 2
