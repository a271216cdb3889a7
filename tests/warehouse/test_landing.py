"""Landing: what a file brings, row by row; loads, keys and which of them are current."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.builders.events import LOADED_AT, Delivery, a_process, events_source, land_rows, landed_store, settings_in
from tests.warehouse.published import Rows, query
from warehouse.errors import WarehouseError
from warehouse.landing.content import Content, DelimitedText, JsonLines, LoadOrigin, LoadResult, ParquetFile
from warehouse.landing.land import land
from warehouse.landing.loads import generation, known_loads, landed_columns, set_current
from warehouse.log.shape import shape
from warehouse.store import Store


def origin(text: bytes = b"", *, key: tuple[str, ...] = (), reading: str = "r") -> LoadOrigin:
    return LoadOrigin("desk", "events", "file", hashlib.sha256(text).hexdigest(), reading, key)


def landed(store: Store, *names: str) -> Rows:
    """Landed rows with their numbers, by the names of the source's columns."""
    columns = landed_columns(store, process="desk", source="events")
    picked = ", ".join(columns[name][0] for name in names)
    return query(store, f"SELECT row_number, {picked} FROM landing.main.rows_1 ORDER BY load_id, row_number")


def land_text(
    store: Store, folder: Path, text: str, *columns: str, key: tuple[str, ...] = (), skip: int = 0, delimiter: str = ","
) -> LoadResult:
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:8]}.csv"
    path.write_bytes(text.encode())
    content: Content = DelimitedText(path, columns, delimiter=delimiter, skip_lines=skip)
    return land(store, content, origin(text.encode(), key=key), loaded_at=LOADED_AT)


def test_csv_as_it_stands(tmp_path: Path) -> None:
    text = 'case,note\na,"one, ""two""\nthree"\nb,\nc,""\n"d",  x \n\u4e2d\u6587,\U0001f600\n'
    with Store(settings_in(tmp_path)) as store:
        result = land_text(store, tmp_path, text, "case", "note")
        rows = landed(store, "case", "note")
    assert (result.rows_read, result.rows_landed, result.rows_unreadable) == (5, 5, 0)
    assert rows[0] == (1, "a", 'one, "two"\nthree')
    assert rows[1:3] == [(2, "b", None), (3, "c", None)]
    assert rows[3:] == [(4, "d", "  x "), (5, "\u4e2d\u6587", "\U0001f600")]


def test_a_broken_line_costs_one_row_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    """A row's number is that of the data row in its file: an unreadable row before it counts."""
    text = "case,note\na,1\nb\nc,3\nd,4,5\ne,6\n"
    with Store(settings_in(tmp_path)) as store:
        result = land_text(store, tmp_path, text, "case", "note")
        unreadable = query(
            store, "SELECT row_number, reason, raw FROM landing.main.unreadable_rows ORDER BY row_number"
        )
        rows = landed(store, "case", "note")
    assert (result.rows_read, result.rows_landed, result.rows_unreadable) == (5, 3, 2)
    assert [row[:2] for row in unreadable] == [(2, "unreadable_row"), (4, "unreadable_row")]
    assert unreadable[0][2].strip() == "b"
    assert unreadable[1][2].strip() == "d,4,5"
    assert rows == [(1, "a", "1"), (3, "c", "3"), (5, "e", "6")]


def test_numbers_of_broken_lines_count_rows_not_lines(tmp_path: Path) -> None:
    """Lines before the header and line breaks within a field don't shift the number."""
    text = 'made by the system\n\ncase,note\na,"one\ntwo\nthree"\nb\nc,3\n'
    with Store(settings_in(tmp_path)) as store:
        land_text(store, tmp_path, text, "case", "note", skip=2)
        unreadable = query(store, "SELECT row_number FROM landing.main.unreadable_rows")
        rows = landed(store, "case")
    assert [row[1] for row in rows] == ["a", "c"]
    assert unreadable == [(2,)]
    assert rows == [(1, "a"), (3, "c")]


def test_a_header_alone(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        result = land_text(store, tmp_path, "case,note\n", "case", "note")
        assert result.rows_landed == 0
        assert list(landed_columns(store, process="desk", source="events")) == ["case", "note"]


def test_other_delimiters_and_no_last_line_end(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        land_text(store, tmp_path, "case;note\r\na;1,5\r\nb;2", "case", "note", delimiter=";")
        assert landed(store, "case", "note") == [(1, "a", "1,5"), (2, "b", "2")]


def test_json_lines_with_broken_ones(tmp_path: Path) -> None:
    text = (
        '{"case": 12345678901234567890123, "note": 1.5, "a/b~c": "x"}\n'
        "\n"
        '{"case": "b", "note": \n'
        "[1, 2]\n"
        '{"case": "c", "note": null, "extra": {"deep": [1]}}\n'
        '{"case": "d", "note": true}'
    )
    path = tmp_path / "log.jsonl"
    path.write_text(text, encoding="utf-8")
    with Store(settings_in(tmp_path)) as store:
        result = land(store, JsonLines(path), origin(text.encode()), loaded_at=LOADED_AT)
        rows = landed(store, "case", "note", "a/b~c", "extra")
        unreadable = query(store, "SELECT row_number, raw FROM landing.main.unreadable_rows ORDER BY 1")
    assert (result.rows_landed, result.rows_unreadable) == (3, 2)
    assert [row[1:] for row in rows] == [
        ("12345678901234567890123", "1.5", "x", None),
        ("c", None, None, '{"deep":[1]}'),
        ("d", "true", None, None),
    ]
    assert {raw.strip() for _, raw in unreadable} == {'{"case": "b", "note":', "[1, 2]"}
    # every row of the file has a number of its own
    assert len({row[0] for row in rows} | {number for number, _ in unreadable}) == 5


def test_json_without_any_object_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("no\nway\n", encoding="utf-8")
    with Store(settings_in(tmp_path)) as store:
        with pytest.raises(WarehouseError, match="JSON object"):
            land(store, JsonLines(path), origin(b"x"), loaded_at=LOADED_AT)
        assert known_loads(store, process="desk", source="events") == ()
        assert generation(store) == 0


def test_parquet_types_become_landed_types(tmp_path: Path) -> None:
    at = datetime(2026, 1, 1, 12, 0, 0, 123456)
    table = pa.table(
        {
            "case": pa.array([1, 2**40], pa.int64()),
            "small": pa.array([1, None], pa.int8()),
            "naive": pa.array([at, None], pa.timestamp("us")),
            "nano": pa.array([at, None], pa.timestamp("ns")),
            "aware": pa.array([at.replace(tzinfo=UTC), None], pa.timestamp("us", tz="Asia/Shanghai")),
            "day": pa.array([date(2026, 1, 1), None], pa.date32()),
            "amount": pa.array([Decimal("1.50"), None], pa.decimal128(10, 2)),
            "share": pa.array([0.1, None], pa.float64()),
            "ok": pa.array([True, None], pa.bool_()),
            "text": pa.array(["x", None], pa.string()),
            "coded": pa.array(["x", None], pa.string()).dictionary_encode(),
            "many": pa.array([[1, 2], None], pa.list_(pa.int64())),
        }
    )
    path = tmp_path / "log.parquet"
    pq.write_table(table, path)
    with Store(settings_in(tmp_path)) as store:
        land(store, ParquetFile(path), origin(b"p"), loaded_at=LOADED_AT)
        kinds = {n: kind for n, (_, kind) in landed_columns(store, process="desk", source="events").items()}
        rows = landed(store, *table.column_names)
    assert kinds == {
        "case": "BIGINT",
        "small": "BIGINT",
        "naive": "TIMESTAMP",
        "nano": "TIMESTAMP",
        "aware": "TIMESTAMPTZ",
        "day": "TIMESTAMP",
        "amount": "DOUBLE",
        "share": "DOUBLE",
        "ok": "BOOLEAN",
        "text": "VARCHAR",
        "coded": "VARCHAR",
        "many": "VARCHAR",
    }
    assert rows[0][1:7] == (1, 1, at, at, at.replace(tzinfo=UTC), datetime(2026, 1, 1))
    assert rows[0][7:] == (1.5, 0.1, True, "x", "x", "[1, 2]")
    assert rows[1][2:] == (None,) * 11


def test_a_file_that_is_no_parquet_lands_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_bytes(b"PAR1 but no more")
    with Store(settings_in(tmp_path)) as store:
        with pytest.raises(WarehouseError, match="can't be read"):
            land(store, ParquetFile(path), origin(b"p"), loaded_at=LOADED_AT)
        assert known_loads(store, process="desk", source="events") == ()
        assert query(store, "SELECT count(*) FROM landing.main.landing_sources") == [(0,)]


def test_a_column_that_changed_its_type_is_refused_whole(tmp_path: Path) -> None:
    for name, values in (("one", [1, 2]), ("two", ["x", "y"])):
        pq.write_table(pa.table({"case": values}), tmp_path / f"{name}.parquet")
    with Store(settings_in(tmp_path)) as store:
        land(store, ParquetFile(tmp_path / "one.parquet"), origin(b"1"), loaded_at=LOADED_AT)
        with pytest.raises(WarehouseError, match="no longer fits"):
            land(store, ParquetFile(tmp_path / "two.parquet"), origin(b"2"), loaded_at=LOADED_AT)
        assert len(known_loads(store, process="desk", source="events")) == 1
        assert query(store, "SELECT count(*) FROM landing.main.rows_1") == [(2,)]
        assert generation(store) == 1


def test_a_new_column_leaves_older_keys_alone(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        land_text(store, tmp_path, "case,note\na,1\nb,2\n", "case", "note")
        land_text(store, tmp_path, "note,case,more\n1,a,\n2,b,x\n", "note", "case", "more")
        keys = query(store, "SELECT load_id, row_number, row_key FROM landing.main.rows_1 ORDER BY 1, 2")
    assert keys[0][2] == keys[2][2]
    assert keys[1][2] != keys[3][2]


def test_fields_cannot_run_into_each_other(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        land_text(store, tmp_path, 'case,note\nab,c\na,bc\nabc,\n,abc\n"|1=1:x",x\n', "case", "note")
        assert query(store, "SELECT count(DISTINCT row_key) FROM landing.main.rows_1") == [(5,)]


def test_a_declared_key_alone_makes_the_key(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        land_text(store, tmp_path, "id,note\n1,x\n2,x\n", "id", "note", key=("id",))
        land_text(store, tmp_path, "id,note\n1,y\n", "id", "note", key=("id",))
        keys = query(store, "SELECT row_key FROM landing.main.rows_1 ORDER BY load_id, row_number")
        with pytest.raises(WarehouseError, match="key column nothing"):
            land_text(store, tmp_path, "id\n3\n", "id", key=("nothing",))
        assert len(known_loads(store, process="desk", source="events")) == 2
    assert keys[0] == keys[2]
    assert keys[0] != keys[1]


def contents(*rows: str) -> list[dict[str, str | None]]:
    return [
        {"case": name, "activity": "X", "done": f"2026-01-0{number}", "agent": None, "team": None}
        for number, name in enumerate(rows, 1)
    ]


def cases_now(store: Store) -> list[str]:
    shape(store, a_process(), as_of=None)
    return [name for (name,) in query(store, "SELECT case_id FROM mart.main.cases ORDER BY 1")]


def test_a_full_delivery_is_what_stands_in_it(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        for rows in (("a", "b"), ("b", "c")):
            land_rows(store, "desk", "events", contents(*rows))
        first, second = ((k.content_hash, k.reading) for k in known_loads(store, process="desk", source="events"))
        before = generation(store)
        assert set_current(store, process="desk", source="events", contents=[second], delivery="full")
        assert generation(store) == before + 1
        assert cases_now(store) == ["b", "c"]
        assert not set_current(store, process="desk", source="events", contents=[second], delivery="full")
        assert generation(store) == before + 1
        assert set_current(store, process="desk", source="events", contents=[first, second], delivery="full")
        assert cases_now(store) == ["a", "b", "c"]


def test_an_increment_adds_to_what_came_before(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        for rows in (("a",), ("b",)):
            land_rows(store, "desk", "events", contents(*rows))
        second = known_loads(store, process="desk", source="events")[1]
        found = [(second.content_hash, second.reading)]
        assert not set_current(store, process="desk", source="events", contents=found, delivery="increment")
        assert cases_now(store) == ["a", "b"]


def test_bytes_read_in_another_way_replace_the_older_reading(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case;x\na;1\n", encoding="utf-8")
    with Store(settings_in(tmp_path)) as store:
        for reading, delimiter, columns in (("comma", ",", ("case;x",)), ("semicolon", ";", ("case", "x"))):
            content = DelimitedText(path, columns, delimiter=delimiter)
            land(store, content, origin(b"same", reading=reading), loaded_at=LOADED_AT)
        digest = origin(b"same").content_hash
        assert set_current(
            store, process="desk", source="events", contents=[(digest, "semicolon")], delivery="increment"
        )
        loads = known_loads(store, process="desk", source="events")
        assert [(load.reading, load.is_current) for load in loads] == [("comma", False), ("semicolon", True)]


def test_a_crash_while_landing_keeps_nothing(tmp_path: Path) -> None:
    def batches() -> pa.RecordBatchReader:
        schema = pa.schema([("case", pa.string())])

        def rows() -> Iterator[pa.RecordBatch]:
            yield pa.record_batch({"case": pa.array(["a"] * 5000)}, schema=schema)
            raise OSError("the share is gone")

        return pa.RecordBatchReader.from_batches(schema, rows())

    from warehouse.landing.content import Batches

    with Store(settings_in(tmp_path)) as store:
        with pytest.raises((WarehouseError, OSError)):
            land(store, Batches(batches()), origin(b"b"), loaded_at=LOADED_AT)
        assert known_loads(store, process="desk", source="events") == ()
        assert land_rows(store, "desk", "events", contents("a")).load_id == 1


def test_quarantined_rows_carry_their_text_and_stand_in_the_ledger(tmp_path: Path) -> None:
    process = a_process(events_source(resource=None, role=None))
    text = "case,activity,done\na,X,2026-01-01\n,X,2026-01-01\na,X,soon\nb\n"
    with Store(settings_in(tmp_path)) as store:
        land_text(store, tmp_path, text, "case", "activity", "done")
        result = shape(store, process, as_of=None)
        rows = query(
            store, "SELECT row_number, reason, column_name, value, raw FROM mart.main.quarantined_rows ORDER BY 1, 2"
        )
        loads = query(store, "SELECT rows_read, rows_landed, rows_duplicate, rows_quarantined FROM mart.main.loads")
    assert result.rows_quarantined == 3
    assert [row[:2] for row in rows] == [(2, "case_missing"), (3, "instant_unreadable"), (4, "unreadable_row")]
    assert rows[1][2:4] == ("done", "soon")
    assert "soon" in rows[1][4]
    assert loads == [(4, 3, 0, 3)]


def test_landing_the_same_content_again_changes_no_fact(tmp_path: Path) -> None:
    process, rows = a_process(), contents("a", "b")
    with landed_store(tmp_path, process, [Delivery("events", rows)]) as store:
        before = cases_now(store)
        land_rows(store, "desk", "events", rows)
        assert cases_now(store) == before
        assert query(store, "SELECT count(*) FROM mart.main.events") == [(2,)]


def test_loaded_at_is_kept(tmp_path: Path) -> None:
    with landed_store(tmp_path, a_process(), [Delivery("events", contents("a"))]) as store:
        shape(store, a_process(), as_of=None)
        assert query(store, "SELECT loaded_at FROM mart.main.loads") == [(LOADED_AT,)]
