"""The data dictionary: everything that is published, nothing without a meaning, nothing from outside in the page."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import lxml.html
import pytest

from pipelines.report.dictionary import build_dictionary, macro_comment
from pipelines.report.render import render_dictionary
from pipelines.report.write import write_reports
from warehouse.reading.schema import macros_of, schema_of

# what the house reserves for later issues may be empty, but not without a meaning
_PUBLISHED = "schema_name = 'main' AND NOT internal AND database_name = current_database()"


def test_nothing_published_lacks_a_comment(demo_night: Path) -> None:
    with duckdb.connect(str(demo_night / "published" / "asrun.duckdb"), read_only=True) as connection:
        lacking = connection.execute(
            f"""
            SELECT 'table ' || table_name FROM duckdb_tables() WHERE {_PUBLISHED} AND coalesce(trim(comment), '') = ''
            UNION ALL
            SELECT 'view ' || view_name FROM duckdb_views() WHERE {_PUBLISHED} AND coalesce(trim(comment), '') = ''
            UNION ALL
            SELECT 'column ' || table_name || '.' || column_name FROM duckdb_columns()
            WHERE {_PUBLISHED} AND coalesce(trim(comment), '') = ''
            UNION ALL
            SELECT 'macro ' || function_name FROM duckdb_functions()
            WHERE schema_name = 'main' AND NOT internal AND database_name = current_database()
                AND coalesce(trim(comment), '') = ''
            """
        ).fetchall()
    assert lacking == []


def test_the_dictionary_holds_everything(demo_night: Path) -> None:
    snapshot = demo_night / "published" / "asrun.duckdb"
    page = lxml.html.document_fromstring(render_dictionary(build_dictionary(snapshot)))
    for language in ("en", "zh"):
        (main,) = page.xpath(f"//main[@id='report-{language}']")
        for table in schema_of(snapshot):
            (section,) = main.xpath(f".//section[@id='{language}-{table.name}']")
            told = section.text_content()
            assert table.comment in told
            for column in table.columns:
                assert column.name in told
                assert column.comment in told
        for macro in macros_of(snapshot):
            (section,) = main.xpath(f".//section[@id='{language}-{macro.name}']")
            comment = macro_comment(macro.comment)
            for text in (comment.what, comment.arguments, comment.gives, comment.example):
                assert text
                assert text in section.text_content()
    assert len(page.xpath("//main[@id='report-en']//section")) == len(schema_of(snapshot)) + len(macros_of(snapshot))


def test_each_night_writes_it_and_the_index_leads_there(demo_night: Path) -> None:
    folder = demo_night / "published" / "report"
    assert {path.name for path in folder.iterdir()} == {"index.html", "service_desk.html", "dictionary.html"}
    index = lxml.html.document_fromstring((folder / "index.html").read_text(encoding="utf-8"))
    assert index.xpath("//a[starts-with(@href, 'dictionary.html')]")
    page = lxml.html.document_fromstring((folder / "dictionary.html").read_text(encoding="utf-8"))
    assert page.xpath("//a[starts-with(@href, 'index.html')]")


def test_nothing_comes_from_outside_and_nothing_is_markup(published: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as connection:
        connection.execute(f"ATTACH '{published}' AS former (READ_ONLY)")
        connection.execute("COPY FROM DATABASE former TO copy")
        connection.execute("COMMENT ON TABLE cases IS '<script>alert(1)</script> & \"quotes\"'")
        connection.execute("COMMENT ON COLUMN cases.fitness IS '</td></table><img src=x onerror=alert(1)>'")
    text = render_dictionary(build_dictionary(tmp_path / "copy.duckdb"))
    page = lxml.html.document_fromstring(text)
    assert len(page.xpath("//script")) == 1
    assert page.xpath("//img") == []
    assert '<script>alert(1)</script> & "quotes"' in page.text_content()
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)
    assert page.xpath("//*[@style]") == []


def test_an_old_snapshot_has_a_dictionary_without_macros(tmp_path: Path) -> None:
    from warehouse.migrations import layout

    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute(layout("mart", up_to=1))
        connection.execute("INSERT INTO schema_info VALUES (1, 'asrun 0.1.0', 1)")
    assert build_dictionary(tmp_path / "old.duckdb").macros == ()
    assert "asrun 0.1.0" in render_dictionary(build_dictionary(tmp_path / "old.duckdb"), languages=("zh",))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_process_called_dictionary_keeps_its_page(tmp_path: Path, published: Path, language: str) -> None:
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as connection:
        connection.execute(f"ATTACH '{published}' AS former (READ_ONLY)")
        connection.execute("COPY FROM DATABASE former TO copy")
        connection.execute("UPDATE processes SET process = 'dictionary' WHERE process = 'empty'")
    written = write_reports(tmp_path / "copy.duckdb", tmp_path / "report", languages=[language])
    assert {path.name for path in written} >= {"dictionary.html", "data-dictionary.html", "index.html"}
    assert "data-dictionary.html" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
