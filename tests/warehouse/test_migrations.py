"""Files of every earlier layout, brought up to date: they end as a new file does, with their rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.mart.empty_views import EMPTY_VIEWS
from warehouse.migrations import latest_version, layout, migrations
from warehouse.store import Store, StoreSettings

VIEWS = set(EMPTY_VIEWS)
VERSIONS = [(name, step.number) for name in ("landing", "mart") for step in migrations(name)]


def settings_in(folder: Path) -> StoreSettings:
    return StoreSettings(landing=folder / "landing.duckdb", mart=folder / "mart.duckdb")


def _shape(path: Path) -> list[tuple[object, ...]]:
    """Every table, column, type, comment and key of a file."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'main' "
            "AND database_name = current_database() ORDER BY ALL"
        ).fetchall()
        tables = connection.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL").fetchall()
        keys = connection.execute(
            "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL"
        ).fetchall()
    return [*columns, *tables, *keys]


def _old_file(path: Path, database: str, version: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(layout(database, up_to=version))
        connection.execute("INSERT INTO schema_info VALUES ($version, 'asrun', 5)", {"version": version})


def test_numbers_follow_each_other() -> None:
    for database in ("landing", "mart"):
        numbers = [step.number for step in migrations(database)]
        assert numbers == sorted(set(numbers))
        assert numbers[0] == 1


@pytest.mark.parametrize(("database", "version"), VERSIONS)
def test_an_older_file_ends_as_a_new_one(tmp_path: Path, database: str, version: int) -> None:
    old, new = settings_in(tmp_path / "old"), settings_in(tmp_path / "new")
    _old_file(getattr(old, database), database, version)
    for settings in (old, new):
        with Store(settings):
            pass
    grown = [row for row in _shape(getattr(old, database)) if row[0] not in VIEWS]
    fresh = [row for row in _shape(getattr(new, database)) if row[0] not in VIEWS]
    assert grown == fresh
    with Store(old) as store:
        info = store.fetch_sql("test/info", f"SELECT schema_version, generation FROM {database}.main.schema_info")
    assert info == [(latest_version(database), 5)]


def test_what_0_2_0_called_version_1_is_taken_as_it_is(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    _old_file(settings.mart, "mart", 2)
    with duckdb.connect(str(settings.mart)) as connection:
        connection.execute("UPDATE schema_info SET schema_version = 1")
        connection.execute("INSERT INTO judging_keys VALUES ('desk', '2026-01-01', 'abc')")
    with Store(settings) as store:
        rows = store.fetch_sql("test/keys", "SELECT process, fingerprint FROM mart.main.judging_keys")
    assert rows == [("desk", "abc")]


def test_an_up_to_date_file_is_not_written_to(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with Store(settings):
        pass
    before = settings.mart.read_bytes(), settings.landing.read_bytes()
    with Store(settings):
        pass
    assert (settings.mart.read_bytes(), settings.landing.read_bytes()) == before
