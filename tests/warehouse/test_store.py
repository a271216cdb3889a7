"""The store: one holder at a time, transactions that are whole, errors that say what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.events import settings_in
from tests.warehouse.published import query
from warehouse.errors import WarehouseError
from warehouse.sql_step import StepError, composed_step
from warehouse.store import Store, StoreSettings

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from warehouse.store import Store, StoreSettings
folder = Path(sys.argv[1])
with Store(StoreSettings(landing=folder / "landing.duckdb", mart=folder / "mart.duckdb")):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.communicate("\n", timeout=10)


def test_a_second_run_is_told_who_holds_the_store(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(WarehouseError) as caught, Store(settings_in(tmp_path)):
        pass
    (problem,) = caught.value.problems
    assert f"process {holder.pid}" in problem.what
    assert problem.where.endswith("landing.duckdb")
    assert "snapshot" in problem.todo
    holder.communicate("\n", timeout=10)
    with Store(settings_in(tmp_path)) as store:
        assert query(store, "SELECT generation FROM mart.main.schema_info") == [(0,)]


def test_a_holder_that_was_killed_leaves_no_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait(timeout=10)
    with Store(settings_in(tmp_path)) as store:
        assert query(store, "SELECT generation FROM landing.main.schema_info") == [(0,)]


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mart.duckdb").write_bytes(b"these are someone's notes, not a database" * 200)
    before = (tmp_path / "mart.duckdb").read_bytes()
    with pytest.raises(WarehouseError, match="can't be opened"), Store(settings_in(tmp_path)):
        pass
    assert (tmp_path / "mart.duckdb").read_bytes() == before


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    settings = StoreSettings(landing=tmp_path / "file" / "landing.duckdb", mart=tmp_path / "mart.duckdb")
    with pytest.raises(WarehouseError, match="folder"), Store(settings):
        pass


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store, store.transaction("mart"):
        store.run_step(composed_step("test/newer", "UPDATE schema_info SET schema_version = 99"))
    with pytest.raises(WarehouseError, match="schema version 99"), Store(settings_in(tmp_path)):
        pass


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        broken = composed_step("test/two", "SELECT * FROM nowhere WHERE x = $x")
        with pytest.raises(StepError), store.transaction("mart"):  # noqa: PT012  the first step is what must go
            store.run_step(composed_step("test/one", "UPDATE schema_info SET generation = 7"))
            store.run_step(broken, {"x": 1})
        assert query(store, "SELECT generation FROM mart.main.schema_info") == [(0,)]


def test_a_failed_step_shows_itself(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store, pytest.raises(StepError) as caught:
        store.fetch_sql("test/broken", "SELECT * FROM nowhere WHERE x = $x", x="y" * 200)
    text = str(caught.value)
    assert "test/broken" in text
    assert "FROM nowhere" in text
    assert "yyy..." in text


def test_a_value_that_is_missing_is_named(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store, pytest.raises(WarehouseError, match="lacks the values b"):
        store.run_step(composed_step("test/values", "SELECT $a, $b"), {"a": 1, "c": 2})


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(settings_in(tmp_path))
    with store:
        pass
    with pytest.raises(WarehouseError, match="not open"):
        _ = store.connection


def test_closing_leaves_no_write_ahead_log(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store, store.transaction("landing"):
        store.run_step(composed_step("test/change", "UPDATE schema_info SET generation = 5"))
    assert list(tmp_path.glob("*.wal")) == []


def test_a_path_with_a_quote_in_it(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path / "o'brien; --")) as store:
        assert query(store, "SELECT generation FROM mart.main.schema_info") == [(0,)]
