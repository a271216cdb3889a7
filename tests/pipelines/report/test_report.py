from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import BadInput
from pipelines.report.build import build_index, build_report
from pipelines.report.links import case_link
from pipelines.report.render import render_index, render_report
from pipelines.report.write import write_reports
from warehouse.errors import WarehouseError
from warehouse.reading.snapshot import Snapshot


class _Page(HTMLParser):
    """Which tags and attributes a page holds, and whether its tags close."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append((tag, held))
        if held.get("id"):
            self.ids.append(str(held["id"]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


@pytest.fixture(scope="session")
def pages(published: Path) -> dict[str, str]:
    with Snapshot(published) as snapshot:
        found = {name: render_report(build_report(snapshot, name)) for name in ("desk", "hostile", "empty")}
        found["hostile people"] = render_report(build_report(snapshot, "hostile", names="person"))
        found["index"] = render_index(build_index(snapshot), product=snapshot.product)
    return found


@pytest.mark.parametrize("name", ["desk", "hostile", "hostile people", "empty", "index"])
def test_a_page_is_whole_and_needs_nothing_else(pages: dict[str, str], name: str) -> None:
    page = _Page(pages[name])
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    for tag, held in page.tags:
        assert tag not in {"iframe", "object", "embed", "base", "form", "img"}, tag
        assert not any(key.startswith("on") or key in {"style", "src"} for key in held), (tag, held)
        if tag == "link":
            assert held["href"] == "data:,"
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert "default-src 'none'" in pages[name]
    assert "unsafe" not in pages[name].split("</head>")[0].split("<style>")[0]
    labels = {str(held["href"])[1:] for tag, held in page.tags if tag == "a" and str(held.get("href")).startswith("#")}
    assert labels <= set(page.ids)


def test_pages_show_teams_unless_they_are_asked_for_people(published: Path) -> None:
    with Snapshot(published) as snapshot:
        people = {
            str(row[0])
            for row in snapshot.connection()
            .execute("SELECT DISTINCT place FROM hotspots WHERE process = 'desk' AND kind = 'resource'")
            .fetchall()
        }
        teams = {
            str(row[0])
            for row in snapshot.connection()
            .execute("SELECT DISTINCT place FROM hotspots WHERE process = 'desk' AND kind = 'role'")
            .fetchall()
        }
        pages = {name: build_report(snapshot, "desk", names=name) for name in ("team", "person", "none")}  # type: ignore[arg-type]
        assert build_report(snapshot, "desk") == pages["team"]
        told = {name: render_report(report) for name, report in pages.items()}
    assert people
    assert teams
    assert not any(name in told["team"] or name in told["none"] for name in people)
    assert all(name in told["person"] for name in list(people)[:3])
    assert any(f">{name}<" in told["team"] for name in teams)
    kinds = {name: {table.kind for table in report.hotspots.tables} for name, report in pages.items()}
    assert "role" in kinds["team"] - kinds["none"]
    assert "resource" in kinds["person"] - kinds["team"]
    assert any(example["raw"] for row in pages["person"].quarantine for example in row.examples)
    assert not any(example["raw"] for row in pages["team"].quarantine for example in row.examples)


@pytest.mark.parametrize("name", ["hostile", "hostile people"])
def test_hostile_names_stay_text(pages: dict[str, str], name: str) -> None:
    page = _Page(pages[name])
    links = [str(held.get("href")) for tag, held in page.tags if tag == "a"]
    assert not any("javascript" in link for link in links)
    assert pages[name].count("<script>") == 1
    assert "\u202e" not in pages[name]
    assert "{{ 7*7 }}" in pages[name]


def test_the_report_says_what_the_snapshot_holds(pages: dict[str, str], published: Path) -> None:
    with Snapshot(published) as snapshot:
        report = build_report(snapshot, "desk")
    text = pages["desk"]
    assert report.last_period == "2026-09"
    assert {card.figure for card in report.cards} >= {"conformance_rate", "cases_ended", "open_cases"}
    assert len(report.flow.pictures) == 1
    assert len(report.flow.pictures[0].nodes) == 12
    assert any(node.deviating_cases for node in report.flow.pictures[0].nodes)
    assert {node.load for node in report.flow.pictures[0].nodes} >= {0, 1, 4}
    assert report.map is not None
    assert report.map.shown_activities == report.map.all_activities == 9
    assert "遗漏环节" in text
    assert "Where the time goes" in text
    assert "https://desk.example.org/t/T-00" in text
    assert "Agent 1" not in text


def test_resolved_deviations_are_told_and_counted_nowhere(pages: dict[str, str], published: Path) -> None:
    with Snapshot(published) as snapshot:
        report = build_report(snapshot, "desk")
        (present,) = (
            snapshot.connection()
            .execute("SELECT count(*) FROM deviations WHERE process = 'desk' AND status <> 'resolved'")
            .fetchall()
        )
    found = report.deviations
    assert found.resolved > 0
    assert sum(count for _, count in found.by_kind) == found.findings == present[0]
    assert f"in none of these figures: {found.resolved} findings" in pages["desk"]
    assert f"另有 {found.resolved} 个此前发现的偏差已解决" in pages["desk"]
    assert "in none of these figures" not in pages["hostile"]
    assert dict(found.by_kind)["replaced"] > 0
    assert "被替代" in pages["desk"]


def test_good_and_bad_follow_what_is_better(published: Path) -> None:
    with Snapshot(published) as snapshot:
        cards = {card.figure: card for card in build_report(snapshot, "desk").cards}
    assert cards["limits_met_rate"].verdict == "bad"
    assert cards["cases_ended"].verdict == "even"
    for card in cards.values():
        if card.verdict != "even":
            assert card.change


def test_a_process_without_cases_or_standard_is_told_so(pages: dict[str, str]) -> None:
    assert "This process has no standard yet" in pages["empty"]
    assert "No case has been closed yet." in pages["empty"]
    assert "尚无标准" in pages["empty"]


def test_one_language_has_no_switch(published: Path) -> None:
    with Snapshot(published) as snapshot:
        page = render_report(build_report(snapshot, "desk", languages=["zh"]))
    assert '<html lang="zh-Hans">' in page
    assert "Headline figures" not in page
    assert 'class="switch"' not in page


def test_long_tables_are_cut_and_say_so(published: Path) -> None:
    from pipelines.report.build import Sizes

    with Snapshot(published) as snapshot:
        report = build_report(snapshot, "desk", sizes=Sizes(deviations=2, places=1, due=1, variants=1, loads=1))
        whole = build_report(snapshot, "desk")
    assert report.deviations.left_out == len(whole.deviations.groups) - 2
    assert report.deviations.findings == whole.deviations.findings
    assert f"{report.variants_left_out} more are not shown here" in render_report(report)


def test_the_same_snapshot_gives_the_same_page_under_any_hash_seed(pages: dict[str, str], published: Path) -> None:
    code = (
        "import sys;from warehouse.reading.snapshot import Snapshot;from pipelines.report.build import build_report;"
        "from pipelines.report.render import render_report;"
        "sys.stdout.buffer.write(render_report(build_report(Snapshot(sys.argv[1]), 'desk')).encode())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(published)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert other.stdout.decode() == pages["desk"]


def test_the_model_is_frozen(published: Path) -> None:
    with Snapshot(published) as snapshot:
        report = build_report(snapshot, "empty")
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.product = "other"  # type: ignore[misc]


def test_files_are_written(published: Path, tmp_path: Path) -> None:
    written = write_reports(published, tmp_path / "new" / "report", languages=["zh", "en"])
    assert [path.name for path in written] == [
        "desk.html",
        "empty.html",
        "hostile.html",
        "dictionary.html",
        "index.html",
    ]
    assert sorted(path.name for path in (tmp_path / "new" / "report").iterdir()) == sorted(p.name for p in written)
    assert '<html lang="zh-Hans">' in written[0].read_text(encoding="utf-8")
    again = write_reports(published, tmp_path / "one", languages=["en"], process="desk")
    assert [path.name for path in again] == ["desk.html", "dictionary.html", "index.html"]


def test_what_is_wrong_is_told(published: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no process 'dsk'.*Nearest names: desk"):
        write_reports(published, tmp_path, process="dsk")
    with pytest.raises(BadInput, match="can't name a file"):
        write_reports(published, tmp_path, process="../outside")
    with pytest.raises(BadInput, match="no language 'fr'"):
        write_reports(published, tmp_path, languages=["fr"])
    with pytest.raises(WarehouseError, match="no published snapshot"):
        write_reports(tmp_path / "none.duckdb", tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="can't be written"):
        write_reports(published, tmp_path / "file")


@pytest.mark.parametrize(
    ("template", "case_id", "link"),
    [
        ("https://a.example/t/{case_id}", "x y/..?&#<\"'", "https://a.example/t/x%20y%2F..%3F%26%23%3C%22%27"),
        ("http://a.example/?id={case_id}", "案例", "http://a.example/?id=%E6%A1%88%E4%BE%8B"),
        ("javascript:alert('{case_id}')", "1", None),
        ("JAVASCRIPT:{case_id}", "1", None),
        ("data:text/html,{case_id}", "1", None),
        ("//a.example/{case_id}", "1", None),
        ("https://{case_id}.example/", "evil", None),
        ("https://a.example/", "1", None),
        ("https://[broken/{case_id}", "1", None),
        (None, "1", None),
    ],
)
def test_only_web_addresses_become_links(template: str | None, case_id: str, link: str | None) -> None:
    assert case_link(template, case_id) == link


def test_numbers_of_the_switch_stay_in_the_hash(pages: dict[str, str]) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', pages["desk"])
    assert policy is not None
    assert policy[1].count("sha256-") == 2


def test_a_page_that_can_not_be_built_keeps_no_other_from_being_written(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.report import write

    real = write.build_report

    def spoiled(snapshot: Snapshot, name: str, **options: Any) -> Any:
        if name == "desk":
            raise OverflowError("Numerical result out of range")
        return real(snapshot, name, **options)

    everything = {path.name for path in write_reports(published, tmp_path / "good")}
    monkeypatch.setattr(write, "build_report", spoiled)
    with pytest.raises(BadInput, match="report of desk: an error that asrun did not foresee: OverflowError"):
        write_reports(published, tmp_path / "spoiled")
    assert {path.name for path in (tmp_path / "spoiled").iterdir()} == everything - {"desk.html"}
