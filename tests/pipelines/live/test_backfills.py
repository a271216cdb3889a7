"""Stretches of time that live sources are asked for again: what comes, and that the cursor stays where it was."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipelines.cli.asked import asked_interval
from pipelines.errors import BadInput
from pipelines.planning.make_plan import make_plan
from pipelines.workspace.load import load_workspace
from tests.builders.workspaces import process_config, write_settings, write_yaml
from tests.pipelines.live.desks import landed, live_rows, live_workspace, loads, opened, pulled
from tests.pipelines.live.servers import Postgres
from tests.pipelines.live.test_web import DeskServer, options, ticket
from tests.pipelines.operating.facts import facts, night
from warehouse.landing.loads import extraction_instant
from warehouse.specification import Interval

TABLE = """
    CREATE TABLE {name} (id bigserial PRIMARY KEY, ticket text, step text, done_at timestamptz, agent text,
        changed_at {kind} NOT NULL)
"""
STEPS = ("Register", "Examine", "Resolve", "Close")
JANUARY = Interval(datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC))


class Table:
    """A table with one row a day, whose rows may be altered without a word in the cursor column."""

    def __init__(self, postgres: Postgres, *, kind: str = "timestamptz", days: int = 20) -> None:
        self.name = f"t{uuid.uuid4().hex[:12]}"
        self._postgres = postgres
        postgres.run(TABLE.format(name=self.name, kind=kind))
        for day in range(1, days + 1):
            self.add(day)

    def add(self, day: int) -> None:
        at = f"2026-01-{day:02d} 10:00:00+00"
        self._postgres.run(
            f"INSERT INTO {self.name} (ticket, step, done_at, agent, changed_at) "
            f"VALUES ('T{(day - 1) // 4}', '{STEPS[(day - 1) % 4]}', '{at}', 'Ann', '{at}'::timestamptz)"
        )

    def mend(self, *days: int, agent: str = "Bob") -> None:
        numbers = ", ".join(map(str, days))
        self._postgres.run(f"UPDATE {self.name} SET agent = '{agent}' WHERE id IN ({numbers})")

    def place(self, kind: str = "postgres", **more: Any) -> dict[str, Any]:
        return {kind: {"url_env": "DESK_DB", "table": self.name, "cursor": "changed_at", "overlap": "1h", **more}}


@pytest.fixture
def database(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    postgres.run("SET TIME ZONE 'UTC'")
    monkeypatch.setenv("DESK_DB", postgres.url)
    return postgres


def cursors(folder: Path) -> list[str]:
    with opened(folder) as store:
        rows = store.fetch_sql("test/cursors", "SELECT value FROM landing.main.live_cursors ORDER BY load_id")
    return [value for (value,) in rows]


def mended(folder: Path) -> list[int]:
    return sorted(int(number) for number, agent in live_rows(folder, "id", "agent") if agent != "Ann")


def test_a_stretch_before_the_cursor_is_asked_for_besides(tmp_path: Path, database: Postgres) -> None:
    table = Table(database)
    live_workspace(tmp_path, table.place(), key=["id"])
    pulled(tmp_path, at=datetime(2026, 1, 24, tzinfo=UTC))
    table.mend(2, 3, 4, 5)
    table.add(21)
    first, second = datetime(2026, 1, 25, tzinfo=UTC), datetime(2026, 1, 26, tzinfo=UTC)
    assert pulled(tmp_path, at=first, interval=JANUARY).rows_landed == 3
    # the 3rd and the 4th lie in [3rd, 5th), and the night went on from its cursor as ever
    assert mended(tmp_path) == [3, 4]
    assert [read for read, _, _ in loads(tmp_path)] == [20, 4]
    assert cursors(tmp_path) == ["2026-01-20T10:00:00+00:00", "2026-01-21T10:00:00+00:00"]
    with opened(tmp_path) as store:
        assert extraction_instant(store, process="desk", sources=["tickets"]) == first
    # again: nothing differs, and a cursor that is not moved is not lost either
    assert pulled(tmp_path, at=second, interval=JANUARY).rows_landed == 0
    assert cursors(tmp_path)[-1] == "2026-01-21T10:00:00+00:00"
    table.add(22)
    assert pulled(tmp_path).rows_landed == 1


def test_a_stretch_with_one_bound(tmp_path: Path, database: Postgres) -> None:
    table = Table(database)
    live_workspace(tmp_path, table.place(), key=["id"])
    pulled(tmp_path)
    table.mend(*range(1, 21))
    pulled(tmp_path, interval=Interval(None, datetime(2026, 1, 3, tzinfo=UTC)))
    assert mended(tmp_path) == [1, 2, 20]
    pulled(tmp_path, interval=Interval(datetime(2026, 1, 18, tzinfo=UTC), None))
    assert mended(tmp_path) == [1, 2, 18, 19, 20]
    # one that begins behind the cursor leaves out nothing that the night would have asked for
    table.mend(20, agent="Cyd")
    pulled(tmp_path, interval=Interval(datetime(2026, 2, 1, tzinfo=UTC), None))
    assert live_rows(tmp_path, "agent").count(("Cyd",)) == 1
    assert set(cursors(tmp_path)) == {"2026-01-20T10:00:00+00:00"}


def test_a_stretch_on_a_source_that_was_never_read_loses_nothing(tmp_path: Path, database: Postgres) -> None:
    live_workspace(tmp_path, Table(database).place(), key=["id"])
    assert pulled(tmp_path, interval=JANUARY).rows_landed == 20
    assert cursors(tmp_path) == ["2026-01-20T10:00:00+00:00"]


def test_rows_without_a_key_are_not_doubled(tmp_path: Path, database: Postgres) -> None:
    table = Table(database)
    place = table.place()
    place["postgres"] |= {"table": None, "query": f"SELECT ticket, step, done_at, agent, changed_at FROM {table.name}"}
    live_workspace(tmp_path, place)
    pulled(tmp_path)
    database.run(
        f"INSERT INTO {table.name} (ticket, step, done_at, agent, changed_at) VALUES "
        "('T0', 'Examine', '2026-01-04 11:00+00', 'Late', '2026-01-04 11:00+00')"
    )
    assert pulled(tmp_path, interval=JANUARY).rows_landed == 1
    assert len(landed(tmp_path, "agent")) == 21


@pytest.mark.parametrize(("kind", "third"), [("timestamp", [4]), ("date", [3, 4])])
def test_cursors_without_a_zone_are_those_of_the_process(
    tmp_path: Path, database: Postgres, kind: str, third: list[int]
) -> None:
    """From 16:00 of the 3rd to the end of the 4th on the wall in Shanghai."""
    table = Table(database, kind=kind)
    live_workspace(tmp_path, table.place(overlap="1 day"), key=["id"])
    write_yaml_zone(tmp_path, "Asia/Shanghai")
    pulled(tmp_path)
    table.mend(2, 3, 4, 5)
    shanghai = Interval(datetime(2026, 1, 3, 8, tzinfo=UTC), datetime(2026, 1, 4, 16, tzinfo=UTC))
    pulled(tmp_path, interval=shanghai)
    assert mended(tmp_path) == third


def write_yaml_zone(folder: Path, zone: str) -> None:
    path = folder / "processes/desk/process.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("time_zone: UTC", f"time_zone: {zone}"), encoding="utf-8")


def test_a_source_without_cursor_is_read_whole(tmp_path: Path, database: Postgres) -> None:
    table = Table(database)
    place = table.place()
    place["postgres"] = {name: place["postgres"][name] for name in ("url_env", "table")}
    live_workspace(tmp_path, place, key=["id"])
    pulled(tmp_path)
    table.mend(1, 3, 20)
    outcome = pulled(tmp_path, interval=JANUARY)
    assert mended(tmp_path) == [1, 3, 20]
    assert outcome.warnings == ()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"changes": {"operation": "op", "deleted": ["D"], "order": "id"}, "overlap": 1}, "a change log can't be"),
        ({"cursor": "id", "overlap": 1}, "a cursor that counts can't be"),
    ],
)
def test_what_can_not_be_asked_for_a_stretch_is_told(
    tmp_path: Path, database: Postgres, asked: dict[str, Any], told: str
) -> None:
    table = Table(database)
    database.run(f"ALTER TABLE {table.name} ADD COLUMN op text DEFAULT 'I'")
    place = {"postgres": {"url_env": "DESK_DB", "table": table.name, **asked}}
    live_workspace(tmp_path, place, key=["ticket", "step"])
    assert pulled(tmp_path, interval=JANUARY).warnings == ()  # all of it came
    table.mend(3, 20)
    outcome = pulled(tmp_path, interval=JANUARY)
    assert mended(tmp_path) == [20]
    assert len(outcome.warnings) == 1
    assert told in outcome.warnings[0]
    assert "source tickets" in outcome.warnings[0]


def test_any_database_is_asked_for_a_stretch(tmp_path: Path, mariadb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DB", mariadb)
    engine = sa.create_engine(mariadb, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            sa.text(
                "CREATE OR REPLACE TABLE days (id BIGINT PRIMARY KEY, ticket VARCHAR(20), step VARCHAR(40), "
                "done_at DATETIME, agent VARCHAR(40), changed_at DATETIME(6) NOT NULL)"
            )
        )
        for day in range(1, 21):
            at = f"2026-01-{day:02d} 10:00:00"
            connection.execute(sa.text(f"INSERT INTO days VALUES ({day}, 'T1', 'Register', '{at}', 'Ann', '{at}')"))
        place = {"sql": {"url_env": "DESK_DB", "table": "days", "cursor": "changed_at", "overlap": "1h"}}
        live_workspace(tmp_path, place, key=["id"])
        pulled(tmp_path)
        connection.execute(sa.text("UPDATE days SET agent = 'Bob'"))
        pulled(tmp_path, interval=JANUARY)
        assert mended(tmp_path) == [3, 4, 20]
        pulled(tmp_path, interval=Interval(None, datetime(2026, 1, 2, tzinfo=UTC)))
        assert mended(tmp_path) == [1, 3, 4, 20]
        assert len(set(cursors(tmp_path))) == 1
    engine.dispose()


@pytest.fixture
def desk() -> Iterator[DeskServer]:
    server = DeskServer(25)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("cursor", [None, "updated_at"])
def test_an_interface_is_asked_from_the_beginning_of_the_stretch(
    desk: DeskServer, tmp_path: Path, cursor: str | None
) -> None:
    more = {"updated_since": {"parameter": "since"}, "overlap": "5m"}
    place = {"http": options(desk, "link", **more, **({"cursor": cursor} if cursor else {}))}
    live_workspace(tmp_path, place, key=["id"])
    at = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
    pulled(tmp_path, at=at)
    for number in (2, 12, 24):
        desk.tickets[number]["agent"] = "Bob"  # updated_at stays
    desk.asked.clear()
    begin, end = datetime(2026, 1, 5, 10, 10, tzinfo=UTC), datetime(2026, 1, 5, 10, 15, tzinfo=UTC)
    assert pulled(tmp_path, at=at.replace(hour=11), interval=Interval(begin, end)).rows_landed == 2
    assert desk.asked[0][1]["since"] == "2026-01-05T10:10:00Z"
    # the 2nd is older than the stretch
    assert mended(tmp_path) == [12, 24]
    desk.tickets.append(ticket(26))
    desk.asked.clear()
    pulled(tmp_path, at=at.replace(hour=12))
    assert desk.asked[0][1]["since"] == ("2026-01-05T10:19:00Z" if cursor else "2026-01-05T11:25:00Z")


@pytest.mark.slow
def test_a_night_with_a_stretch_ends_with_the_facts_of_a_fresh_start(tmp_path: Path, database: Postgres) -> None:
    table = Table(database, days=16)
    for name in ("mended", "fresh"):
        live_workspace(tmp_path / name, table.place(), key=["id"])
    at = datetime(2026, 2, 1, tzinfo=UTC)
    night(tmp_path / "mended", at=at.replace(month=1, day=30), as_of=at)
    database.run(f"UPDATE {table.name} SET step = 'Close' WHERE id = 3")
    stale = facts_of(tmp_path / "mended")
    night(tmp_path / "mended", at=at, as_of=at)
    assert facts_of(tmp_path / "mended") == stale
    night(tmp_path / "mended", at=at.replace(day=2), as_of=at, interval=JANUARY)
    night(tmp_path / "fresh", at=at, as_of=at)
    found = facts_of(tmp_path / "mended")
    assert found == facts_of(tmp_path / "fresh")
    assert found["deviations"] != stale["deviations"]


def facts_of(folder: Path) -> dict[str, list[str]]:
    """Facts without row numbers: two ways of landing number them otherwise."""
    found = facts(folder)
    return {name: found[name] for name in ("cases", "deviations", "cycle_counts", "time_limit_checks") if name in found}


def test_bounds_without_an_offset_are_local_times_of_each_process(tmp_path: Path) -> None:
    write_settings(tmp_path, 'title = { en = "Small", zh = "小" }\ntime_zone = "Europe/Berlin"\n')
    place = {"postgres": {"url_env": "DESK_DB", "table": "t", "cursor": "changed_at"}}
    live_workspace(tmp_path, place)
    write_settings(tmp_path, 'title = { en = "Small", zh = "小" }\ntime_zone = "Europe/Berlin"\n')
    write_yaml_zone(tmp_path, "Asia/Shanghai")
    config = process_config("other")
    config.pop("time_zone")
    config["sources"]["tickets"] = {"kind": "events", **place, "mapping": config["sources"]["tickets"]["mapping"]}
    config["segments"] = []
    write_yaml(tmp_path / "processes/other/process.yaml", config)
    workspace = load_workspace(tmp_path)
    interval = asked_interval("2026-01-03", "2026-01-05T12:00:00+01:00", workspace)
    made = make_plan(workspace, environ={}, interval=interval)
    stretches = {stage.process: stage.interval for stage in made.stages if stage.name == "pull"}
    until = datetime(2026, 1, 5, 11, tzinfo=UTC)
    assert stretches == {
        "desk": Interval(datetime(2026, 1, 2, 16, tzinfo=UTC), until),
        "other": Interval(datetime(2026, 1, 2, 23, tzinfo=UTC), until),
    }
    assert {stage.process: stage.interval for stage in made.stages if stage.name == "shape"} == stretches
    assert "also for what lies from 2026-01-02 16:00 before 2026-01-05 11:00 UTC" in made.of("desk")[0].reason
    with pytest.raises(BadInput, match="does not lie after"):
        asked_interval("2026-01-05", "2026-01-05", workspace)
