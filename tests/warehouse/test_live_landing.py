"""Landing what live sources answer, against a naive twin; the cursor's chain; the identity of a whole table."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.builders.events import a_process, as_batches, events_source
from warehouse.landing.content import JsonLines, LoadOrigin
from warehouse.landing.land import land
from warehouse.landing.live import LiveRows, content_identity, land_live, last_cursor
from warehouse.landing.undo import redo_loads, undo_loads
from warehouse.log.shape import shape
from warehouse.store import Store, StoreSettings

AT = datetime(2026, 1, 5, tzinfo=UTC)
Row = tuple[int, int, str]  # id, order, content


def settings_in(folder: Path) -> StoreSettings:
    return StoreSettings(landing=folder / "landing.duckdb", mart=folder / "mart.duckdb", threads=1)


def answered(folder: Path, rows: list[Row]) -> JsonLines | None:
    if not rows:
        return None
    path = folder / "answer.jsonl"
    path.write_text("".join(json.dumps({"id": a, "n": b, "text": c}) + "\n" for a, b, c in rows))
    return JsonLines(path)


def origin(number: int, *, key: tuple[str, ...] = (), reading: str = "r") -> LoadOrigin:
    return LoadOrigin("desk", "events", "live", f"h{number}", reading, key=key, run_id=f"run{number}", complete_to=AT)


def landed_by_load(store: Store) -> list[list[Row]]:
    rows = store.fetch_sql(
        "test/rows",
        "SELECT r.load_id, CAST(r.c0 AS INTEGER), CAST(r.c1 AS INTEGER), r.c2 FROM landing.main.rows_1 AS r "
        "JOIN landing.main.landing_loads AS l USING (load_id) WHERE l.is_current ORDER BY r.load_id, r.row_number",
    )
    found: dict[int, list[Row]] = {}
    for load, *row in rows:
        found.setdefault(load, []).append(tuple(row))  # type: ignore[arg-type]
    return list(found.values())


def twin(former: list[list[Row]], answer: list[Row], mode: str) -> list[Row]:
    """What an answer brings that was not landed, told row by row."""
    everything = [row for load in former for row in load]
    if mode == "whole":
        return [row for at, row in enumerate(answer) if row not in everything and row not in answer[:at]]
    if mode == "counted":
        now = Counter(answer)
        most = {row: max((Counter(load)[row] for load in former), default=0) for row in now}
        return [row for row in answer if now[row] > most[row]]
    news: list[Row] = []
    for at, row in enumerate(answer):
        of_key = [each for each in answer if each[0] == row[0]]
        standing = [each for each in everything if each[0] == row[0]]
        if mode == "keyed":
            is_known = bool(standing) and standing[-1] == of_key[-1]
            if not is_known and row not in answer[at + 1 :]:
                news.append(row)
        else:
            up_to_here = [each for each in answer[: at + 1] if each[0] == row[0]]
            if any(each not in standing for each in up_to_here):
                news.append(row)
    return news


MODES: dict[str, tuple[tuple[str, ...], LiveRows]] = {
    "whole": ((), LiveRows(is_keyed=False, asking="a")),
    "counted": ((), LiveRows(is_keyed=False, asking="a", keep_duplicates=True)),
    "keyed": (("id",), LiveRows(is_keyed=True, asking="a")),
    "changes": (("id",), LiveRows(is_keyed=True, asking="a", is_change_log=True)),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(4))
def test_an_answer_lands_what_its_naive_twin_says(tmp_path: Path, mode: str, seed: int) -> None:
    choose = random.Random(seed)
    key, rows = MODES[mode]
    with Store(settings_in(tmp_path)) as store:
        former: list[list[Row]] = []
        for number in range(8):
            answer = [
                (choose.randrange(4), choose.randrange(3), choose.choice("ab")) for _ in range(choose.randrange(9))
            ]
            result = land_live(
                store, answered(tmp_path, answer), origin(number, key=key), rows, loaded_at=AT, drift=None
            )
            news = twin(former, answer, mode)
            assert (result.rows_read, result.rows_landed) == (len(answer), len(news))
            if news:
                former.append(news)
            assert (landed_by_load(store) if former else []) == former


def aside(store: Store, load_id: int) -> None:
    with store.transaction("landing"):
        store.connection.execute(f"UPDATE landing_loads SET is_current = false WHERE load_id = {load_id}")


def test_a_load_set_aside_takes_its_cursor_and_those_behind_it_with_it(tmp_path: Path) -> None:
    def cursor() -> Any:
        found = last_cursor(store, process="desk", source="events", reading="r", asking="a")
        return None if found is None else (found.value, found.load_id)

    with Store(settings_in(tmp_path)) as store:
        assert cursor() is None
        for number, continued_from in ((1, None), (2, 1), (3, 2)):
            rows = LiveRows(
                is_keyed=False, asking="a", kind="whole", value=str(number * 10), continued_from=continued_from
            )
            content = answered(tmp_path, [(number, 0, "x")])
            land_live(store, content, origin(number), rows, loaded_at=AT, drift=None)
        assert cursor() == ("30", 3)
        aside(store, 2)
        assert cursor() == ("10", 1)
        aside(store, 1)
        assert cursor() is None
        assert last_cursor(store, process="desk", source="events", reading="r", asking="b") is None


def test_another_key_sets_what_was_read_before_aside(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        content = answered(tmp_path, [(1, 0, "x"), (2, 0, "y")])
        whole = LiveRows(is_keyed=False, asking="a")
        land_live(store, content, origin(1), whole, loaded_at=AT, drift=None)
        keyed = LiveRows(is_keyed=True, asking="a")
        land_live(store, content, origin(2, key=("id",), reading="other"), keyed, loaded_at=AT, drift=None)
        assert landed_by_load(store) == [[(1, 0, "x"), (2, 0, "y")]]


def test_the_identity_of_a_table_is_its_rows_in_any_order(tmp_path: Path) -> None:
    rows: list[Row] = [(1, 0, "x"), (2, 0, "y"), (2, 0, "y")]

    def identity(given: list[Row]) -> str:
        content = answered(tmp_path, given)
        assert content is not None
        return content_identity(store, content, origin(1))

    with Store(settings_in(tmp_path)) as store:
        first = identity(rows)
        assert identity(rows[::-1]) == first
        assert identity(rows[:2]) != first
        assert identity([*rows[:2], (1, 0, "x")]) != first
        assert identity([(1, 0, "x"), (2, 0, "y"), (2, 1, "y")]) != first


def test_the_published_ledger_says_up_to_when_a_source_was_complete_and_what_was_taken_back(tmp_path: Path) -> None:
    process = a_process(events_source(resource=None, role=None))
    rows = [{"case": "a", "activity": "X", "done": f"2026-01-0{day} 10:00:00"} for day in (1, 2, 3)]
    with Store(settings_in(tmp_path)) as store:
        for number, row in enumerate(rows, 1):
            content = as_batches([row], ("case", "activity", "done"))
            complete_to = AT.replace(day=number) if number > 1 else None
            came = LoadOrigin("desk", "events", "live", f"h{number}", "r", (), f"run{number}", complete_to)
            land(store, content, came, loaded_at=AT)
        undo_loads(store, run_id="run3", processes=["desk"], undo_id="run4", undone_at=AT)
        shape(store, process, as_of=None)
        loads = "SELECT load_id, is_current, complete_to, undone_by FROM mart.main.loads ORDER BY load_id"
        standing = [(1, True, None, None), (2, True, AT.replace(day=2), None)]
        assert store.fetch_sql("test/loads", loads) == [*standing, (3, False, AT.replace(day=3), "run4")]
        redo_loads(store, run_id="run3", processes=["desk"], redo_id="run5")
        shape(store, process, as_of=None)
        assert store.fetch_sql("test/loads", loads) == [*standing, (3, True, AT.replace(day=3), None)]
