"""PostgreSQL for real: what comes, what comes twice, and what is lost (nothing)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from tests.pipelines.live.desks import landed, live_rows, live_workspace, loads, opened, pulled
from tests.pipelines.live.servers import Postgres
from warehouse.landing.loads import extraction_instant

TABLE = """
    CREATE TABLE {name} (id bigserial PRIMARY KEY, ticket text, step text, done_at timestamptz, agent text,
        amount numeric(20, 2), changed_at timestamptz NOT NULL)
"""


@pytest.fixture
def table(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"t{uuid.uuid4().hex[:12]}"
    postgres.run(TABLE.format(name=name))
    monkeypatch.setenv("DESK_DB", postgres.url)
    return name


def insert(postgres: Postgres, table: str, ticket: str, step: str, changed: str, *, amount: str = "NULL") -> None:
    postgres.run(
        f"INSERT INTO {table} (ticket, step, done_at, agent, amount, changed_at) VALUES ('{ticket}', '{step}', "
        f"'2026-01-05 10:00:00+00', 'Ann', {amount}, '{changed}')"
    )


def place(table: str, **options: object) -> dict[str, object]:
    return {"postgres": {"url_env": "DESK_DB", "table": f"public.{table}", **options}}


def test_a_night_asks_from_the_cursor_on_and_lands_only_news(tmp_path: Path, postgres: Postgres, table: str) -> None:
    live_workspace(tmp_path, place(table, cursor="changed_at", overlap="1h"), key=["id"])
    insert(postgres, table, "T1", "Register", "2026-01-05 10:00:00+00", amount="123456789012.34")
    insert(postgres, table, "T2", "Register", "2026-01-05 11:00:00+00")
    assert pulled(tmp_path).rows_landed == 2
    assert landed(tmp_path, "ticket", "amount") == [("T1", "123456789012.34"), ("T2", None)]
    assert pulled(tmp_path).rows_landed == 0
    insert(postgres, table, "T3", "Register", "2026-01-05 10:30:00+00")  # late: committed after a later cursor was read
    postgres.run(f"UPDATE {table} SET agent = 'Bob', changed_at = '2026-01-05 12:00:00+00' WHERE ticket = 'T1'")
    assert pulled(tmp_path).rows_landed == 2
    assert live_rows(tmp_path, "ticket", "agent") == [("T1", "Bob"), ("T2", "Ann"), ("T3", "Ann")]
    assert loads(tmp_path) == [(2, 2, True), (2, 0, True), (3, 2, True)]


def test_without_a_key_the_whole_row_is_the_key(tmp_path: Path, postgres: Postgres, table: str) -> None:
    query = f"SELECT ticket, step, done_at, agent, changed_at FROM {table} -- the ids stay at home"
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "query": query, "cursor": "changed_at"}})
    for _ in range(2):
        insert(postgres, table, "T1", "Register", "2026-01-05 10:00:00+00")
    assert pulled(tmp_path).rows_landed == 1
    assert pulled(tmp_path).rows_landed == 0


def test_equal_rows_that_are_meant_are_all_there(tmp_path: Path, postgres: Postgres, table: str) -> None:
    query = f"SELECT ticket, step, done_at, agent, changed_at FROM {table}"
    place_of = {"postgres": {"url_env": "DESK_DB", "query": query, "cursor": "changed_at"}}
    live_workspace(tmp_path, place_of, keep_duplicates=True)
    for count in (2, 2, 3):
        while len(postgres.rows(f"SELECT 1 FROM {table}")) < count:
            insert(postgres, table, "T1", "Register", "2026-01-05 10:00:00+00")
        pulled(tmp_path)
        assert len(live_rows(tmp_path, "ticket")) == count


def test_a_row_dated_into_the_future_keeps_no_other_from_coming(tmp_path: Path, postgres: Postgres, table: str) -> None:
    live_workspace(tmp_path, place(table, cursor="changed_at"), key=["id"])
    insert(postgres, table, "T1", "Register", "9999-12-31 00:00:00+00")
    insert(postgres, table, "T0", "Register", "infinity")
    pulled(tmp_path)
    insert(postgres, table, "T2", "Register", (datetime.now(UTC) + timedelta(seconds=1)).isoformat())
    assert pulled(tmp_path).rows_landed == 1
    assert [row[0] for row in live_rows(tmp_path, "ticket")] == ["T0", "T1", "T2"]


def test_a_table_without_cursor_is_read_whole(tmp_path: Path, postgres: Postgres, table: str) -> None:
    live_workspace(tmp_path, place(table), key=["id"])
    for ticket in ("T1", "T2"):
        insert(postgres, table, ticket, "Register", "2026-01-05 10:00:00+00")
    first, second = datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC)
    pulled(tmp_path, at=first)
    assert pulled(tmp_path, at=second).rows_landed == 0
    assert loads(tmp_path) == [(2, 2, True)]
    with opened(tmp_path) as store:
        assert extraction_instant(store, process="desk", sources=["tickets"]) == second
    postgres.run(f"DELETE FROM {table} WHERE ticket = 'T1'")
    pulled(tmp_path)
    assert live_rows(tmp_path, "ticket") == [("T2",)]
    assert loads(tmp_path) == [(2, 2, False), (1, 1, True)]


def test_a_change_log_ends_in_the_state_of_the_table(tmp_path: Path, postgres: Postgres, table: str) -> None:
    log = f"{table}_log"
    postgres.run(
        f"CREATE TABLE {log} (n bigint, op text, id bigint, ticket text, step text, done_at timestamptz, agent text)"
    )
    changes = {"operation": "op", "deleted": ["D"], "order": "n"}
    live_workspace(tmp_path, place(log, changes=changes, overlap=10), key=["id"])

    def change(n: int, op: str, key: int, agent: str) -> None:
        postgres.run(f"INSERT INTO {log} VALUES ({n}, '{op}', {key}, 'T{key}', 'Register', '2026-01-05', '{agent}')")

    change(1, "I", 1, "Ann")
    change(2, "I", 2, "Ann")
    change(4, "U", 1, "Cyd")
    pulled(tmp_path)
    assert pulled(tmp_path).rows_landed == 0
    change(3, "U", 1, "Bob")  # committed late, but it came before number 4
    change(5, "D", 2, "Ann")
    pulled(tmp_path)
    state = {row[1]: (row[0], row[2]) for row in landed(tmp_path, "op", "id", "agent")}
    assert state == {1: ("U", "Cyd"), 2: ("D", "Ann")}
    assert set(landed(tmp_path, "n")) == {(1,), (2,), (3,), (4,), (5,)}
    assert pulled(tmp_path).rows_landed == 0


def test_a_source_that_breaks_off_lands_nothing(tmp_path: Path, postgres: Postgres, table: str) -> None:
    query = f"SELECT *, 1 / (id - 3) AS broken FROM {table}"
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "query": query, "cursor": "changed_at"}}, key=["id"])
    for number in range(5):
        insert(postgres, table, f"T{number}", "Register", "2026-01-05 10:00:00+00")
    with pytest.raises(BadInput, match="division by zero") as caught:
        pulled(tmp_path)
    assert "source tickets, postgres:DESK_DB:query" in str(caught.value)
    assert loads(tmp_path) == []


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://root:geh3im@127.0.0.1:1/x", "Connection refused"),
        ("postgresql://root:geh3im@127.0.0.1:x@geh3im/x", "can't|invalid|translate|port"),
        ("geh3im", "no address of a PostgreSQL"),
        ("", "DESK_DB is not set"),
    ],
)
def test_no_message_tells_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, told: str) -> None:
    monkeypatch.setenv("DESK_DB", address)
    live_workspace(tmp_path, place("nothing"))
    with pytest.raises(BadInput, match=told) as caught:
        pulled(tmp_path)
    assert "geh3im" not in str(caught.value)
