"""MariaDB through SQLAlchemy: the general way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipelines.errors import BadInput
from tests.pipelines.live.desks import landed, live_rows, live_workspace, loads, pulled

TABLE = """
    CREATE OR REPLACE TABLE `Tickets` (id BIGINT AUTO_INCREMENT PRIMARY KEY, ticket VARCHAR(20), step VARCHAR(40),
        done_at DATETIME, agent VARCHAR(40), amount DECIMAL(20, 2), photo BLOB, changed_at DATETIME(6) NOT NULL)
"""


@pytest.fixture
def database(mariadb: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DESK_DB", mariadb)
    engine = sa.create_engine(mariadb, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(TABLE))
        yield connection
    engine.dispose()


def insert(database: Any, ticket: str, step: str, changed: str, amount: str = "1.50") -> None:
    database.execute(
        sa.text(
            "INSERT INTO `Tickets` (ticket, step, done_at, agent, amount, photo, changed_at) "
            "VALUES (:ticket, :step, '2026-01-05 10:00:00', '安', :amount, x'00ff', :changed)"
        ),
        {"ticket": ticket, "step": step, "changed": changed, "amount": amount},
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"table": "Tickets"},
        {"query": "SELECT t.*, '%H:%i :x' AS odd FROM `Tickets` AS t WHERE ticket LIKE 'T%' -- all"},
    ],
)
def test_nights_land_news_once(database: Any, tmp_path: Path, asked: dict[str, str]) -> None:
    place = {"sql": {"url_env": "DESK_DB", **asked, "cursor": "changed_at", "overlap": "1h"}}
    live_workspace(tmp_path, place, key=["id"])
    insert(database, "T1", "Register", "2026-01-05 10:00:00.000001", "123456789012345678.25")
    insert(database, "T2", "Register", "2026-01-05 11:00:00")
    assert pulled(tmp_path).rows_landed == 2
    assert landed(tmp_path, "ticket", "amount", "photo", "agent")[0] == ("T1", "123456789012345678.25", "00ff", "安")
    insert(database, "T3", "Register", "2026-01-05 10:30:00")
    database.execute(sa.text("UPDATE `Tickets` SET agent = 'Bob', changed_at = '2026-01-05 12:00' WHERE ticket = 'T1'"))
    assert pulled(tmp_path).rows_landed == 2
    assert pulled(tmp_path).rows_landed == 0
    assert live_rows(tmp_path, "ticket", "agent") == [("T1", "Bob"), ("T2", "安"), ("T3", "安")]


def test_a_counting_cursor_has_a_counting_overlap(database: Any, tmp_path: Path) -> None:
    live_workspace(tmp_path, {"sql": {"url_env": "DESK_DB", "table": "Tickets", "cursor": "id", "overlap": 2}})
    for number in range(4):
        insert(database, f"T{number}", "Register", "2026-01-05 10:00:00")
    pulled(tmp_path)
    insert(database, "T9", "Register", "2026-01-05 10:00:00")
    assert pulled(tmp_path).rows_landed == 1
    assert [read for read, _, _ in loads(tmp_path)] == [4, 4]  # ids 2 to 5
    live_workspace(tmp_path, {"sql": {"url_env": "DESK_DB", "table": "Tickets", "cursor": "id", "overlap": "2h"}})
    with pytest.raises(BadInput, match="the cursor is a number"):
        pulled(tmp_path)


def test_a_whole_table_is_landed_when_it_changed(database: Any, tmp_path: Path) -> None:
    live_workspace(tmp_path, {"sql": {"url_env": "DESK_DB", "table": "Tickets"}}, key=["id"])
    assert pulled(tmp_path).rows_landed == 0  # an empty table
    insert(database, "T1", "Register", "2026-01-05 10:00:00")
    assert pulled(tmp_path).rows_landed == 1
    assert pulled(tmp_path).rows_landed == 0
    database.execute(sa.text("DELETE FROM `Tickets`"))
    pulled(tmp_path)
    assert [is_current for _, _, is_current in loads(tmp_path)] == [True, False]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"table": "nothing"}, "nothing' doesn't exist"),
        ({"query": "SELECT 1 AS a, 2 AS a"}, "twice|Duplicate column"),
        ({"table": "Tickets", "cursor": "ticket"}, "holds text"),
        ({"table": "Tickets", "cursor": "nope"}, "nope"),
    ],
)
def test_what_can_not_be_asked_is_told(database: Any, tmp_path: Path, asked: dict[str, str], told: str) -> None:
    insert(database, "T1", "Register", "2026-01-05 10:00:00")
    live_workspace(tmp_path, {"sql": {"url_env": "DESK_DB", **asked}})
    with pytest.raises(BadInput, match=told) as caught:
        pulled(tmp_path)
    assert "sqlalche.me" not in str(caught.value)


@pytest.mark.parametrize("address", ["mysql+pymysql://root:geh3im@127.0.0.1:1/x", "nosuch://a:geh3im@b/c", "geh3im"])
def test_no_message_tells_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DESK_DB", address)
    live_workspace(tmp_path, {"sql": {"url_env": "DESK_DB", "table": "x"}})
    with pytest.raises(BadInput, match=r"DESK_DB|database says") as caught:
        pulled(tmp_path)
    assert "geh3im" not in str(caught.value)
