"""Rows that arrive while the night runs: every committed row stands exactly once at the end."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.builders.night import run_night
from tests.pipelines.live.desks import landed, live_rows, live_workspace, pulled
from tests.pipelines.live.servers import Postgres

STEPS = ("Register", "Examine", "Resolve", "Close")
WRITERS = 4


class Writers:
    """Threads that insert, update and delete until they are told to stop, each in its own transactions.

    One transaction in four stays open for a while: its rows bear the instant at which it began, and become visible
    when later ones have been read already.
    """

    def __init__(self, postgres: Postgres, table: str, *, seed: int, deletes: bool) -> None:
        self._postgres = postgres
        self._table = table
        self._deletes = deletes
        self._stop = threading.Event()
        self.committed = 0
        self.late = 0
        self.errors: list[BaseException] = []
        self._threads = [threading.Thread(target=self._write, args=(seed * 100 + n, n)) for n in range(WRITERS)]

    def _write(self, seed: int, writer: int) -> None:
        choose = random.Random(seed)
        try:
            with self._postgres.connect() as connection, connection.cursor() as cursor:
                while not self._stop.is_set():
                    for _ in range(choose.randint(1, 4)):
                        cursor.execute(self._statement(choose, writer))
                    if choose.random() < 0.25:
                        self._stop.wait(choose.uniform(0.2, 1.5))
                        self.late += 1
                    if choose.random() < 0.1:
                        connection.rollback()
                    else:
                        connection.commit()
                        self.committed += 1
                    time.sleep(choose.uniform(0.0, 0.02))
                connection.rollback()
        except BaseException as error:  # noqa: BLE001
            self.errors.append(error)

    def _statement(self, choose: random.Random, writer: int) -> str:
        # each writer keeps to its own rows, so that none waits for another in a circle
        any_of_them = f"ORDER BY md5(id::text || '{choose.random()}') LIMIT 1"
        mine = f"SELECT id FROM {self._table} WHERE writer = {writer} {any_of_them}"
        kind = choose.random()
        if kind < 0.65:
            ticket, step = f"T{choose.randrange(60)}", choose.choice(STEPS)
            return (
                f"INSERT INTO {self._table} (writer, ticket, step, done_at, agent, changed_at) "
                f"VALUES ({writer}, '{ticket}', '{step}', now(), 'Ann', now())"
            )
        if kind < 0.9 or not self._deletes:
            return f"UPDATE {self._table} SET agent = 'A{choose.randrange(99)}', changed_at = now() WHERE id = ({mine})"
        return f"DELETE FROM {self._table} WHERE id = ({mine})"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)


@contextmanager
def writing(postgres: Postgres, table: str, *, seed: int, deletes: bool = False) -> Iterator[Writers]:
    writers = Writers(postgres, table, seed=seed, deletes=deletes)
    writers.start()
    try:
        yield writers
    finally:
        writers.stop()
    assert not writers.errors, writers.errors


def make_table(postgres: Postgres, table: str) -> None:
    postgres.run(
        f"CREATE TABLE {table} (id bigserial PRIMARY KEY, writer int, ticket text, step text, done_at timestamptz, "
        "agent text, changed_at timestamptz NOT NULL)",
        f"CREATE INDEX ON {table} (changed_at)",
    )


def events_of(folder: Path) -> Counter[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "published/asrun.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(
            "SELECT case_id, activity, epoch_us(occurred_at), resource FROM events WHERE process = 'desk'"
        ).fetchall()
    return Counter(rows)


@pytest.mark.parametrize("seed", [1])
def test_rows_that_arrive_while_the_night_runs_stand_exactly_once(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("DESK_DB", postgres.url)
    table = f"arriving_{seed}"
    make_table(postgres, table)
    place = {"postgres": {"url_env": "DESK_DB", "table": table, "cursor": "changed_at", "overlap": "30s"}}
    live_workspace(tmp_path, place, key=["id"])
    with writing(postgres, table, seed=seed) as writers:
        time.sleep(0.5)
        assert not run_night(tmp_path).has_failed
        for _ in range(4):
            time.sleep(0.3)
            pulled(tmp_path)
        assert not run_night(tmp_path).has_failed
    assert writers.committed > 50
    assert writers.late > 5
    result = run_night(tmp_path)
    assert not result.has_failed, result
    committed = postgres.rows(f"SELECT id, ticket, step, done_at, agent, changed_at FROM {table} ORDER BY id")
    assert live_rows(tmp_path, "id", "ticket", "step", "done_at", "agent", "changed_at") == committed
    # each version of a row was landed once, however often it was read
    versions = Counter(landed(tmp_path, "id", "agent", "changed_at"))
    assert set(versions.values()) == {1}
    expected = Counter(
        (ticket, step, round(done_at.timestamp() * 1_000_000), agent)
        for _, ticket, step, done_at, agent, _ in committed
    )
    assert events_of(tmp_path) == expected
    # and one more night finds nothing new
    assert pulled(tmp_path).rows_landed == 0


def test_a_change_log_with_deletions_ends_in_the_state_of_its_table(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_DB", postgres.url)
    table = "changing"
    make_table(postgres, table)
    postgres.run(
        f"CREATE TABLE {table}_log AS SELECT 0::bigint AS n, 'I'::text AS op, * FROM {table}",
        f"CREATE SEQUENCE {table}_n",
        f"CREATE FUNCTION {table}_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN INSERT INTO {table}_log SELECT nextval('{table}_n'), 'D', OLD.*; "
        f"ELSE INSERT INTO {table}_log SELECT nextval('{table}_n'), left(TG_OP, 1), NEW.*; END IF; "
        f"RETURN NULL; END $$",
        f"CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_note()",
    )
    changes = {"operation": "op", "deleted": ["D"], "order": "n"}
    place = {"postgres": {"url_env": "DESK_DB", "table": f"public.{table}_log", "changes": changes, "overlap": 2000}}
    live_workspace(tmp_path, place, key=["id"])
    with writing(postgres, table, seed=7, deletes=True) as writers:
        for _ in range(6):
            time.sleep(0.4)
            pulled(tmp_path)
    assert writers.committed > 50
    pulled(tmp_path)
    state = {row[1]: row for row in landed(tmp_path, "op", "id", "ticket", "agent", "changed_at")}
    alive = sorted(row[1:] for row in state.values() if row[0] != "D")
    assert alive == postgres.rows(f"SELECT id, ticket, agent, changed_at FROM {table} ORDER BY id")
    assert any(row[0] == "D" for row in state.values())
    numbers = {n for (n,) in landed(tmp_path, "n")}
    assert numbers == {n for (n,) in postgres.rows(f"SELECT n FROM {table}_log")}
    assert pulled(tmp_path).rows_landed == 0
