"""Protection of columns while they are landed: dropped, hashed, made coarse, in every form that a content comes in."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.events import LOADED_AT, settings_in
from tests.warehouse.published import query
from warehouse.errors import WarehouseError
from warehouse.landing.content import Batches, Content, DelimitedText, JsonLines, LoadOrigin, LoadResult, ParquetFile
from warehouse.landing.land import land
from warehouse.landing.loads import landed_columns
from warehouse.landing.protection import ColumnRule, Protection, pseudonym, pseudonym_key
from warehouse.landing.salts import check_salt
from warehouse.store import Store

SALT = "a long random text that nobody guesses"
KEY = pseudonym_key(SALT)


def protection(*rules: ColumnRule, key: bytes | None = KEY) -> Protection:
    return Protection(rules, key=key)


def hashed(*names: str) -> tuple[ColumnRule, ...]:
    return tuple(ColumnRule(name, "hash") for name in names)


def land_it(
    store: Store, content: Content, shield: Protection | None, *, name: str = "x", source: str = "s"
) -> LoadResult:
    origin = LoadOrigin("desk", source, name, hashlib.sha256(name.encode()).hexdigest(), "r", protection=shield)
    return land(store, content, origin, loaded_at=LOADED_AT)


def landed(store: Store, name: str, *, source: str = "s") -> list[Any]:
    column = landed_columns(store, process="desk", source=source)[name][0]
    number = query(store, f"SELECT source_no FROM landing.main.landing_sources WHERE source = '{source}'")[0][0]
    return [
        row[0] for row in query(store, f"SELECT {column} FROM landing.main.rows_{number} ORDER BY load_id, row_number")
    ]


def batches(**columns: list[Any]) -> Batches:
    table = pa.table(columns)
    return Batches(pa.RecordBatchReader.from_batches(table.schema, table.to_batches()))


def naive_pseudonym(value: object) -> str | None:
    """What the standard library makes of it, from the salt on."""
    if value is None or not str(value).strip(" "):
        return None
    key = hashlib.sha512(b"asrun pseudonym\x00" + SALT.encode("utf-8")).digest()
    return hashlib.sha256(key + str(value).strip(" ").encode("utf-8")).hexdigest()[:24]


# DuckDB holds no NUL in text, and no half of a surrogate pair
ODD = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=30)


@settings(max_examples=25)
@given(
    values=st.lists(
        st.none() | ODD | st.sampled_from(["  Ann ", "Ann", "张三", "e\u0301", "\u00e9", "\U0001f600"]),
        min_size=1,
        max_size=40,
    )
)
def test_a_pseudonym_is_what_the_standard_library_says(
    tmp_path_factory: pytest.TempPathFactory, values: list[str | None]
) -> None:
    with Store(settings_in(tmp_path_factory.mktemp("hash"))) as store:
        land_it(store, batches(who=pa.array(values, pa.string())), protection(*hashed("who")))
        found = landed(store, "who")
    assert found == [naive_pseudonym(value) for value in values]
    assert all(pseudonym(KEY, value) == mine for value, mine in zip(values, found, strict=True) if value and mine)


def test_a_value_has_one_pseudonym_in_every_form_and_source(tmp_path: Path) -> None:
    """A number of a Parquet file and its digits in a text file are the same customer."""
    (tmp_path / "a.csv").write_text("who\n17\n Ann \n", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"who": 17}\n{"who": "Ann"}\n', encoding="utf-8")
    pq.write_table(pa.table({"who": [17, 18]}), tmp_path / "a.parquet")
    contents: dict[str, Content] = {
        "csv": DelimitedText(tmp_path / "a.csv", ("who",)),
        "jsonl": JsonLines(tmp_path / "a.jsonl"),
        "parquet": ParquetFile(tmp_path / "a.parquet"),
        "batches": batches(who=[17.0, 18.5]),
    }
    with Store(settings_in(tmp_path)) as store:
        for name, content in contents.items():
            land_it(store, content, protection(*hashed("who")), name=name, source=name)
        found = {name: landed(store, "who", source=name) for name in contents}
    seventeen, ann = naive_pseudonym("17"), naive_pseudonym("Ann")
    assert found["csv"] == found["jsonl"] == [seventeen, ann]
    assert found["parquet"] == [seventeen, naive_pseudonym("18")]
    assert found["batches"] == [seventeen, naive_pseudonym("18.5")]


def test_dropped_columns_reach_no_file(tmp_path: Path) -> None:
    """Nor do unreadable rows in raw, nor the key of a row, nor columns that repeat a name."""
    secret = "zzsecretzz"
    header, good = "case,email,note,email_2", [f"{n},{secret}{n}@x.org,n{n},{secret}" for n in range(50)]
    lines = [header, *good[:20], f"broken,{secret}", *good[20:], f"also,{secret},broken,too,far,off"]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    store_settings = settings_in(tmp_path / "store")
    shield = protection(ColumnRule("email", "drop"))
    with Store(store_settings) as store:
        result = land_it(store, DelimitedText(tmp_path / "a.csv", tuple(header.split(","))), shield)
        assert (result.rows_read, result.rows_landed, result.rows_unreadable) == (52, 50, 2)
        assert list(landed_columns(store, process="desk", source="s")) == ["case", "note"]
        rejected = query(store, "SELECT row_number, reason, value, raw FROM landing.main.unreadable_rows ORDER BY 1")
        numbers = query(store, "SELECT row_number FROM landing.main.rows_1 ORDER BY 1")
    assert rejected == [(21, "unreadable_row", None, None), (52, "unreadable_row", None, None)]
    assert [row[0] for row in numbers] == [n for n in range(1, 52) if n != 21]
    assert secret.encode() not in store_settings.landing.read_bytes()


def test_unreadable_json_leaves_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"case": 1, "mail": "zzsecretzz"}\nzzsecretzz {\n', encoding="utf-8")
    store_settings = settings_in(tmp_path / "store")
    with Store(store_settings) as store:
        result = land_it(store, JsonLines(tmp_path / "a.jsonl"), protection(ColumnRule("mail", "drop")))
        assert (result.rows_landed, result.rows_unreadable) == (1, 1)
        assert query(store, "SELECT raw FROM landing.main.unreadable_rows") == [(None,)]
    assert b"zzsecretzz" not in store_settings.landing.read_bytes()


def test_keys_are_over_the_protected_form(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        land_it(store, batches(case=["1", "1", "2"], who=["Ann", "Ann ", "Ann"]), protection(*hashed("who")))
        keys = [row[0] for row in query(store, "SELECT row_key FROM landing.main.rows_1 ORDER BY row_number")]
        fields = f"|0=1:1|1=24:{naive_pseudonym('Ann')}"
        wanted = query(store, f"SELECT md5_number('{fields}')")[0][0]
    assert keys[:2] == [wanted, wanted]
    assert keys[2] != wanted


CUTS = [
    ("year", "2026-09-17 13:45:10", "2026-01-01"),
    ("month", "2026-09-17", "2026-09-01"),
    ("week", "2026-09-17 13:45:10", "2026-09-14"),
    ("day", "2026-09-17T23:59:59", "2026-09-17"),
    ("hour", "2026-09-17 13:45:10.5", "2026-09-17 13:00:00"),
    ("day", "2026-09-17T23:30:00-02:00", "2026-09-18T00:00:00Z"),
    ("year", "yesterday", None),
    ("year", "", None),
]


@pytest.mark.parametrize(("unit", "text", "wanted"), CUTS)
def test_an_instant_in_text_is_cut(tmp_path: Path, unit: Any, text: str, wanted: str | None) -> None:
    with Store(settings_in(tmp_path)) as store:
        land_it(store, batches(born=[text]), protection(ColumnRule("born", "coarsen", unit=unit)))
        assert landed(store, "born") == [wanted]


def test_an_instant_keeps_its_format_and_its_type(tmp_path: Path) -> None:
    at = datetime(2026, 9, 17, 13, 45)
    content = batches(
        own=["17/09/2026"], typed=[at], zoned=pa.array([at.replace(tzinfo=UTC)], pa.timestamp("us", "UTC"))
    )
    rules = (
        ColumnRule("own", "coarsen", unit="month", format="%d/%m/%Y"),
        ColumnRule("typed", "coarsen", unit="year"),
        ColumnRule("zoned", "coarsen", unit="day"),
    )
    with Store(settings_in(tmp_path)) as store:
        land_it(store, content, protection(*rules))
        assert landed(store, "own") == ["01/09/2026"]
        assert landed(store, "typed") == [datetime(2026, 1, 1)]
        assert landed(store, "zoned")[0].astimezone(UTC) == datetime(2026, 9, 17, tzinfo=UTC)


@settings(max_examples=25)
@given(
    values=st.lists(
        st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False), min_size=1, max_size=30
    ),
    step=st.sampled_from(["1", "1000", "0.1", "2.5", "7"]),
)
@pytest.mark.slow
def test_numbers_are_rounded_down_exactly(
    tmp_path_factory: pytest.TempPathFactory, values: list[Decimal], step: str
) -> None:
    with Store(settings_in(tmp_path_factory.mktemp("step"))) as store:
        texts = [format(value, "f") for value in values]
        land_it(store, batches(amount=texts), protection(ColumnRule("amount", "coarsen", step=step)))
        found = landed(store, "amount")
    wanted = [value - (value % Decimal(step) + Decimal(step)) % Decimal(step) for value in values]
    assert [Decimal(text) for text in found] == wanted


@settings(max_examples=25)
@given(values=st.lists(ODD, min_size=1, max_size=30), first=st.integers(1, 5))
@pytest.mark.slow
def test_texts_keep_their_first_signs(tmp_path_factory: pytest.TempPathFactory, values: list[str], first: int) -> None:
    with Store(settings_in(tmp_path_factory.mktemp("first"))) as store:
        land_it(store, batches(code=values), protection(ColumnRule("code", "coarsen", first=first)))
        found = landed(store, "code")
    assert found == [value.strip(" ")[:first] or None for value in values]


def test_what_can_not_be_made_coarse_goes_and_is_told(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        rules = (ColumnRule("born", "coarsen", unit="year"), ColumnRule("pay", "coarsen", step="1000"))
        result = land_it(store, batches(born=["17.09.2026", "x"], pay=["12345", "a lot"]), protection(*rules))
        assert landed(store, "born") == [None, None]
        assert landed(store, "pay") == ["12000", None]
    assert result.emptied == ("born",)


def test_a_number_column_becomes_text_when_it_is_hashed_later(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        land_it(store, batches(who=[17, 18]), None, name="old")
        land_it(store, batches(who=[17, 19]), protection(*hashed("who")), name="new")
        assert landed(store, "who") == ["17", "18", naive_pseudonym(17), naive_pseudonym(19)]


def test_a_slip_in_a_name_is_refused_and_nothing_is_landed(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        slip = protection(ColumnRule("emial", "drop", is_required=True))
        with pytest.raises(WarehouseError, match="'emial', which the source does not have"):
            land_it(store, batches(email=["a@b"]), slip)
        with pytest.raises(WarehouseError, match="written 'Email' here"):
            land_it(store, batches(Email=["a@b"]), protection(ColumnRule("email", "drop")))
        with pytest.raises(WarehouseError, match="there is no salt"):
            land_it(store, batches(email=["a@b"]), protection(*hashed("email"), key=None))
        assert query(store, "SELECT count(*) FROM landing.main.landing_loads") == [(0,)]
        # a column that the source had once may be missing from a later file
        once = protection(ColumnRule("email", "drop", is_required=True))
        land_it(store, batches(case=["1"], email=["a@b"]), once, name="first")
        land_it(store, batches(case=["1"]), once, name="second")


def test_messages_quote_no_value_of_a_protected_source(tmp_path: Path) -> None:
    """A column that changed its type is refused with the value that shows it; of a protected source without."""
    shield = protection(ColumnRule("who", "drop"))
    with Store(settings_in(tmp_path)) as store:
        land_it(store, batches(pin=[1], who=["a"]), shield, name="one")
        with pytest.raises(WarehouseError) as caught:
            land_it(store, batches(pin=["zzsecretzz"], who=["a"]), shield, name="two")
        assert "zzsecretzz" not in str(caught.value)
        assert "no longer fits" in str(caught.value)
        assert caught.value.__cause__ is None
        land_it(store, batches(pin=[1]), None, name="plain", source="plain")
        with pytest.raises(WarehouseError, match="zzsecretzz"):
            land_it(store, batches(pin=["zzsecretzz"]), None, name="plain two", source="plain")


def test_the_key_is_in_no_message_and_no_file(tmp_path: Path) -> None:
    shield = protection(*hashed("who"))
    assert KEY.hex() not in repr(shield)
    assert repr(KEY) not in repr(shield)
    store_settings = settings_in(tmp_path)
    with Store(store_settings) as store:
        check_salt(store, "desk", version=1, key=KEY, named="ASRUN_SALT_DESK")
        land_it(store, batches(who=["Ann"]), shield)
        with pytest.raises(WarehouseError) as caught:
            store.fetch_sql("test/failing", "SELECT nothing, $secret_key", secret_key=KEY)
    assert "secret_key=" not in str(caught.value)
    for path in (store_settings.landing, store_settings.mart):
        content = path.read_bytes()
        assert KEY not in content
        assert SALT.encode() not in content


def test_another_salt_is_told(tmp_path: Path) -> None:
    with Store(settings_in(tmp_path)) as store:
        check_salt(store, "desk", version=1, key=KEY, named="ASRUN_SALT_DESK")
        check_salt(store, "desk", version=1, key=KEY, named="ASRUN_SALT_DESK")
        with pytest.raises(WarehouseError, match=r"the salt in ASRUN_SALT_DESK is not the one.*salt_version: 2"):
            check_salt(store, "desk", version=1, key=pseudonym_key("other"), named="ASRUN_SALT_DESK")
        check_salt(store, "desk", version=2, key=pseudonym_key("other"), named="ASRUN_SALT_DESK")
        check_salt(store, "loans", version=1, key=pseudonym_key("other"), named="ASRUN_SALT_LOANS")


def test_the_rules_are_noted_beside_the_load(tmp_path: Path) -> None:
    one = protection(ColumnRule("a", "drop"), *hashed("b"))
    other = protection(*hashed("b"), ColumnRule("a", "drop", is_required=True))
    assert one.text == other.text
    assert json.loads(one.text) == [["a", "drop", {}], ["b", "hash", {"salt": 1}]]
    with Store(settings_in(tmp_path)) as store:
        land_it(store, batches(a=["x"], b=["y"], c=["z"]), one)
        assert query(store, "SELECT protection FROM landing.main.landing_loads") == [(one.text,)]
