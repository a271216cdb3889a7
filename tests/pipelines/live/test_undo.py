"""Undoing nights that asked a live source: the cursor goes back with the rows, and the next night asks again."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.live.desks import landed, live_rows, live_workspace, loads, opened, pulled
from tests.pipelines.live.servers import Postgres
from tests.pipelines.live.test_web import DeskServer, options, ticket
from tests.pipelines.operating.facts import facts, night, take_back
from warehouse.landing.undo import landing_runs, undo_loads

STEPS = ("Register", "Examine", "Resolve", "Close")
TABLE = """
    CREATE TABLE {name} (id bigint, ticket text, step text, done_at timestamptz, agent text, changed_at timestamptz,
        op text DEFAULT 'I', n bigserial)
"""
# how rows are told apart is what undoing and asking again must not mix up
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "key": ({"cursor": "changed_at", "overlap": "1h"}, {"key": ["id"]}),
    "whole row": ({"cursor": "changed_at", "overlap": "1h"}, {}),
    "equal rows": ({"cursor": "changed_at"}, {"keep_duplicates": True}),
    "change log": ({"changes": {"operation": "op", "deleted": ["D"], "order": "n"}}, {"key": ["id"]}),
    "whole table": ({}, {"key": ["id"]}),
}
EVENING = datetime(2026, 2, 10, 20, tzinfo=UTC)


@pytest.fixture
def table(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"t{uuid.uuid4().hex[:12]}"
    postgres.run(TABLE.format(name=name))
    monkeypatch.setenv("DESK_DB", postgres.url)
    return name


def write(
    postgres: Postgres, table: str, day: int, numbers: range, *, operation: str = "I", agent: str = "Ann"
) -> None:
    """Rows of one day: number n is a step of ticket n div 4."""
    for number in numbers:
        at = f"2026-02-{day:02d} {9 + number % 4}:00:00+00"
        postgres.run(
            f"INSERT INTO {table} VALUES ({number}, 'T{number // 4}', '{STEPS[number % 4]}', '{at}', '{agent}', "
            f"'{at}', '{operation}')"
        )


def test_the_cursor_goes_back_with_the_rows(tmp_path: Path, postgres: Postgres, table: str) -> None:
    asked, source = WAYS["key"]
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "table": table, **asked}}, **source)
    write(postgres, table, 2, range(8))
    pulled(tmp_path, at=EVENING.replace(day=4))
    write(postgres, table, 5, range(20, 24))
    assert pulled(tmp_path, at=EVENING.replace(day=5)).rows_landed == 4
    with opened(tmp_path) as store:
        undone = landing_runs(store)[-1]
        undo_loads(store, run_id=undone, processes=["desk"], undo_id="undo", undone_at=EVENING)
    assert len(landed(tmp_path, "id")) == 8
    assert pulled(tmp_path, at=EVENING.replace(day=6)).rows_landed == 4
    assert loads(tmp_path) == [(8, 8, True), (8, 4, False), (8, 4, True)]  # four rows lie in the overlap


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_the_night_after_an_undoing_asks_again(tmp_path: Path, postgres: Postgres, table: str, way: str) -> None:
    asked, source = WAYS[way]
    live_workspace(tmp_path, {"postgres": {"url_env": "DESK_DB", "table": table, **asked}}, **source)
    write(postgres, table, 2, range(14))

    def another_day(day: int) -> None:
        write(postgres, table, day, range(4 * day, 4 * day + 3))
        if way == "change log":
            write(postgres, table, day, range(day, day + 1), operation="D")
        elif way == "key":
            postgres.run(
                f"UPDATE {table} SET agent = 'Bob', step = 'Close', changed_at = '2026-02-0{day} 12:00+00' "
                f"WHERE id = {day}"
            )

    _undone_and_asked_again(tmp_path, another_day)


def _undone_and_asked_again(folder: Path, another_day: Callable[[int], None]) -> None:
    night(folder, at=EVENING.replace(day=4))
    first = facts(folder)
    another_day(5)
    undone = night(folder, at=EVENING.replace(day=5))
    second = facts(folder)
    rows = live_rows(folder, "id", "step", "agent")
    assert second["cases"] != first["cases"]

    take_back(folder, undone)
    assert facts(folder) == first
    again = night(folder, at=EVENING.replace(day=5))
    assert _unnumbered(facts(folder)) == _unnumbered(second)
    assert live_rows(folder, "id", "step", "agent") == rows

    # one more day on it; then the night in the middle goes, and what it brought comes again behind the later one
    another_day(6)
    night(folder, at=EVENING.replace(day=6))
    third = facts(folder)
    rows = live_rows(folder, "id", "step", "agent")
    if _is_whole(folder):
        return  # each night put out the load of the one before: they go back one by one
    take_back(folder, again)
    night(folder, at=EVENING.replace(day=6))
    assert _unnumbered(facts(folder)) == _unnumbered(third)
    assert live_rows(folder, "id", "step", "agent") == rows
    # the undoing is taken back: what came twice now counts once
    take_back(folder, again, back=False)
    assert _unnumbered(facts(folder)) == _unnumbered(third)
    assert live_rows(folder, "id", "step", "agent") == rows


def _is_whole(folder: Path) -> bool:
    text = (folder / "processes/desk/process.yaml").read_text(encoding="utf-8")
    return not any(word in text for word in ("cursor:", "changes:", "updated_since:"))


def _unnumbered(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Facts but for the number of the load that a row came in, and the count of rows that stand behind others."""
    kept = {name: rows for name, rows in found.items() if name not in {"events", "quarantined_rows"}}
    return {**kept, "log_counts": [row for row in kept["log_counts"] if "rows_duplicate" not in row]}


@pytest.fixture
def desk() -> Iterator[DeskServer]:
    server = DeskServer(25)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize("cursor", [None, "updated_at"])
def test_an_interface_is_asked_again(desk: DeskServer, tmp_path: Path, cursor: str | None) -> None:
    more = {"updated_since": {"parameter": "since"}, "overlap": "5m", **({"cursor": cursor} if cursor else {})}
    live_workspace(tmp_path, {"http": options(desk, "link", **more)}, key=["id"])

    def another_day(day: int) -> None:
        at = f"2026-02-{day:02d}T10:00:00Z"
        desk.tickets.append(ticket(day * 100, done_at=at, updated_at=at))
        desk.tickets[3] = ticket(3, agent="Bob", done_at=at, updated_at=at)

    _undone_and_asked_again(tmp_path, another_day)
    assert len(landed(tmp_path, "id")) > 25
