from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.write import write_reports

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report")
    write_reports(published, target)
    return target


class _Seen:
    """What a page asked for and complained about."""

    def __init__(self, browser: Any, width: int, **options: Any) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def clean(self) -> None:
        assert self.errors == []
        assert all(url.startswith(("file:", "data:,")) for url in self.requests), self.requests


@pytest.mark.parametrize("name", ["desk", "hostile", "empty", "index"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_stands_alone_and_fits(
    browser: Any, folder: Path, tmp_path: Path, name: str, width: int, language: str
) -> None:
    seen = _Seen(browser, width)
    seen.page.goto((folder / f"{name}.html").as_uri() + f"?lang={language}")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.evaluate("window.hacked") is None
    assert seen.page.evaluate("document.body.children.length") <= 5
    assert seen.page.locator("h1:visible").count() == 1
    assert seen.page.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-Hans"}[language]
    seen.page.screenshot(path=tmp_path / f"{name}-{width}-{language}.png", full_page=True)
    seen.clean()
    seen.page.close()


def test_pictures_are_seen(browser: Any, folder: Path) -> None:
    seen = _Seen(browser, 1280)
    seen.page.goto((folder / "desk.html").as_uri())
    for label in ("en-flow-picture", "en-map-picture", "en-pareto", "en-histogram", "en-trend-chart"):
        picture = seen.page.locator(f'svg[aria-labelledby="{label}-title"]')
        assert picture.is_visible()
        box = picture.bounding_box()
        assert box["width"] > 200
        assert box["height"] > 100
    assert seen.page.locator("#report-en svg.picture g.badge").count() >= 3
    seen.clean()
    seen.page.close()


def test_the_switch_changes_the_language(browser: Any, folder: Path) -> None:
    seen = _Seen(browser, 1280)
    seen.page.goto((folder / "desk.html").as_uri())
    assert seen.page.locator("h1:visible").inner_text() == "Service desk"
    seen.page.locator("#report-en label[for=lang-zh]").click()
    assert seen.page.locator("h1:visible").inner_text() == "服务台"
    assert seen.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert seen.page.title().startswith("服务台")
    seen.page.keyboard.press("Tab")
    seen.page.locator("#lang-zh").focus()
    seen.page.keyboard.press("ArrowLeft")
    assert seen.page.locator("h1:visible").inner_text() == "Service desk"
    seen.page.goto((folder / "desk.html").as_uri() + "#zh-hotspots")
    assert seen.page.locator("#zh-hotspots h2").is_visible()
    seen.clean()
    seen.page.close()


def test_the_switch_works_without_scripts(browser: Any, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "desk.html").as_uri())
    page.locator("#report-en label[for=lang-zh]").click()
    assert page.locator("#report-zh h1").is_visible()
    assert not page.locator("#report-en h1").is_visible()
    context.close()


def test_print_fits_the_paper_and_shows_one_language(browser: Any, folder: Path, tmp_path: Path) -> None:
    for name in ("desk", "hostile", "empty"):
        seen = _Seen(browser, 704)
        seen.page.goto((folder / f"{name}.html").as_uri())
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 704
        assert not seen.page.locator(".switch:visible").count()
        assert seen.page.locator("h1:visible").count() == 1
        seen.page.screenshot(path=tmp_path / f"{name}-print.png", full_page=True)
        assert seen.page.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True).startswith(b"%PDF")
        seen.clean()
        seen.page.close()


def test_dark_mode_keeps_contrast(browser: Any, folder: Path) -> None:
    seen = _Seen(browser, 1280, color_scheme="dark")
    seen.page.goto((folder / "desk.html").as_uri())
    ink, paper = seen.page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(ink), light(paper)), reverse=True)
    assert (high + 0.05) / (low + 0.05) > 7
    seen.clean()
    seen.page.close()
