"""Rows are not lost after a statement that wrote none, though DuckDB loses them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.builders.events import Delivery, Row, a_process, events_source, landed_store, settings_in
from tests.property.random_nights import KEYS, SENTENCES, STANDARDS, judged
from warehouse.empty_inserts import written_table
from warehouse.judge.spread import spread_verdicts, variants_to_judge
from warehouse.judge.standards import publish_standards
from warehouse.log.shape import shape
from warehouse.sql_step import composed_step
from warehouse.store import Store

# more than a row group
ROWS = 200_000
MANY = f"CREATE TABLE many AS FROM range({ROWS}) AS t(n)"

NOTHING = {
    "sorted": "INSERT INTO kept SELECT n FROM range(5) AS t(n) WHERE n > 9 ORDER BY n",
    "scanned": "INSERT INTO kept FROM nothing",
    "made": "CREATE OR REPLACE TABLE kept AS FROM nothing",
    "made for the session": "CREATE OR REPLACE TEMP TABLE kept AS FROM nothing",
    "under a header": "-- what: a step\n-- grain: none\nINSERT INTO kept FROM nothing",
}


@pytest.mark.parametrize("before", [0, ROWS])
@pytest.mark.parametrize("name", NOTHING)
def test_rows_after_none_are_kept(tmp_path: Path, name: str, before: int) -> None:
    with Store(settings_in(tmp_path, threads=2)) as store:
        store.use("mart")
        store.connection.execute(MANY)
        store.connection.execute(f"CREATE TABLE nothing (n BIGINT); CREATE TABLE kept AS FROM many LIMIT {before}")
        if name.startswith("made"):
            before = 0
        with store.transaction("mart"):
            assert store.run_step(composed_step("t/nothing", NOTHING[name])) == 0
            assert store.run_step(composed_step("t/rows", "INSERT INTO kept FROM many")) == ROWS
            assert store.fetch_sql("t/count", "SELECT count(*), count(n) FROM kept") == [(before + ROWS,) * 2]
        assert store.fetch_sql("t/count", "SELECT count(*), count(n) FROM kept") == [(before + ROWS,) * 2]


def test_outside_a_transaction_nothing_is_put_in(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path, threads=2)) as store:
        store.use("mart")
        store.connection.execute("CREATE TABLE nothing (n BIGINT); CREATE TABLE kept (n BIGINT)")
        assert store.run_step(composed_step("t/nothing", "INSERT INTO kept FROM nothing")) == 0
        assert store.fetch_sql("t/count", "SELECT count(*) FROM kept") == [(0,)]


def test_a_table_with_a_key_is_left_alone(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path, threads=2)) as store, store.transaction("mart"):
        store.connection.execute("CREATE TABLE nothing (n BIGINT); CREATE TABLE kept (n BIGINT PRIMARY KEY)")
        assert store.run_step(composed_step("t/nothing", "INSERT INTO kept FROM nothing")) == 0
        assert store.fetch_sql("t/count", "SELECT count(*) FROM kept") == [(0,)]


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("INSERT INTO a.b SELECT 1", "a.b"),
        ("\n  -- x\n CREATE TEMP TABLE t AS SELECT 1", "temp.t"),
        ('CREATE TABLE IF NOT EXISTS "t" AS SELECT 1', '"t"'),
        ("CREATE TABLE t (n INTEGER)", None),
        ("DELETE FROM t", None),
    ],
)
def test_the_table_that_a_statement_writes(sql: str, table: str | None) -> None:
    assert written_table(sql) == table


def test_the_guard_is_still_needed() -> None:
    """Without it the database keeps none of the rows; a release that does needs no guard any more."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(MANY)
        connection.execute("CREATE TABLE nothing (n BIGINT); CREATE TABLE kept (n BIGINT); BEGIN")
        connection.execute("INSERT INTO kept FROM nothing")
        connection.execute("INSERT INTO kept FROM many")
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


@pytest.mark.slow
def test_findings_after_a_range_of_cases_without_any_are_kept(tmp_path: Path) -> None:
    """Cases are judged range by range; those of the first do all they should, those of the second do not."""
    count = 125_000
    process = a_process(events_source(role=None))
    events: list[Row] = [
        {"case": f"c{n:06}", "activity": "AC"[n // count], "done": "2026-01-01 08:00", "agent": "ann"}
        for n in range(2 * count)
    ]
    with landed_store(tmp_path, process, [Delivery("events", events)], threads=2) as store:
        as_of = shape(store, process, as_of=None).as_of
        publish_standards(store, "desk", standards=STANDARDS, clauses=[])
        verdicts, moves, findings = judged(variants_to_judge(store, "desk", keys=KEYS))
        result = spread_verdicts(
            store, "desk", as_of=as_of, keys=KEYS, verdicts=verdicts, moves=moves, findings=findings, limits=[],
            sentences=SENTENCES, cases_of_a_range=count,
        )  # fmt: skip
        assert result.deviations == count
        assert store.fetch_sql("t/count", "SELECT count(*) FROM mart.main.deviations") == [(count,)]
