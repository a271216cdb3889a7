"""What stands between an incoming content and landing: protection of columns, and those who were forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.landing.content import Batches, LoadOrigin
from warehouse.landing.forgotten_keys import landing_key, without_forgotten
from warehouse.landing.protection import check_protected, plain_text, protect_columns
from warehouse.sql_step import composed_step
from warehouse.store import Store


class CountedBatches:
    """Batches that count their rows as they go by: they can be read only once."""

    def __init__(self, content: Batches) -> None:
        self.rows = 0
        schema = content.reader.schema
        self.content = Batches(pa.RecordBatchReader.from_batches(schema, self._counting(content.reader)))

    def _counting(self, batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self.rows += batch.num_rows
            yield batch


@dataclass(frozen=True, slots=True)
class Shielded:
    """The incoming columns as they may be written, what they bind, and the condition of the rows that may be."""

    columns: tuple[tuple[str, str, str], ...]
    values: dict[str, object]
    condition: str


def shield(
    store: Store,
    source_no: int,
    columns: tuple[tuple[str, str, str], ...],
    given: Mapping[str, object],
    origin: LoadOrigin,
    kinds: frozenset[str],
) -> Shielded:
    """What may be written of incoming columns (name, expression, landed type): protected, and nobody forgotten.

    `given` are the values that the expressions bind already; `kinds` those of which the process forgot somebody.
    Raises `WarehouseError` as `check_protected`.
    """
    values = dict(given)
    if origin.protection is not None:
        seen = [
            row[0]
            for row in store.fetch_sql(
                "landing/seen_protected",
                "SELECT name FROM landing_protected WHERE source_no = $source_no",
                source_no=source_no,
            )
        ]
        found = check_protected(
            origin.protection, [name for name, _, _ in columns], seen=seen, key=origin.key, where=origin.locator
        )
        for name in found:
            store.run_step(
                composed_step(
                    "landing/note_protected",
                    "INSERT INTO landing_protected VALUES ($source_no, $name) ON CONFLICT DO NOTHING",
                ),
                {"source_no": source_no, "name": name},
            )
        columns = protect_columns(columns, origin.protection, values)
    skipped: list[str] = []
    if kinds and origin.people is not None:
        values |= {"secret_forgotten": landing_key(store), "process": origin.process}
        columns, skipped = without_forgotten(columns, origin.people, kinds)
    return Shielded(columns, values, " AND ".join(f"NOT {condition}" for condition in skipped) or "true")


def emptied_columns(
    store: Store, source_no: int, load_id: int, columns: dict[str, tuple[int, str]], origin: LoadOrigin
) -> tuple[str, ...]:
    """Columns to be made coarse that hold nothing afterwards: a wrong format, most likely."""
    rules = () if origin.protection is None else origin.protection.rules
    names = [rule.column for rule in rules if rule.action == "coarsen" and rule.column in columns]
    if not names:
        return ()
    counts = ", ".join(f"count(c{columns[name][0]})" for name in names)
    row = store.fetch_sql(
        "landing/emptied", f"SELECT {counts} FROM rows_{source_no} WHERE load_id = $load_id", load_id=load_id
    )[0]
    return tuple(name for name, count in zip(names, row, strict=True) if count == 0)


def make_text(store: Store, source_no: int, number: int, kind: str) -> None:
    """Turn a landed column into text: pseudonyms are no numbers. What was landed before stays readable as text."""
    text = plain_text(f"c{number}", kind)
    store.run_step(
        composed_step("landing/make_text", f"ALTER TABLE rows_{source_no} ALTER c{number} TYPE VARCHAR USING {text}")
    )
    store.run_step(
        composed_step(
            "landing/note_text",
            "UPDATE landing_columns SET type = 'VARCHAR' WHERE source_no = $source_no AND column_no = $number",
        ),
        {"source_no": source_no, "number": number},
    )


def note_skipped(store: Store, *, process: str, at: datetime, rows: int) -> None:
    """Note in the ledger how many rows a load left out, for they are about somebody who was forgotten."""
    store.run_step(
        composed_step(
            "landing/note_skipped",
            """
            INSERT INTO forgettings (forget_no, process, kind, asked_at, cases, events, "rows", other_rows, finished_at)
            SELECT coalesce(max(forget_no), 0) + 1, $process, 'skipped', $at, 0, 0, $rows, 0, $at FROM forgettings
            """,
        ),
        {"process": process, "at": at, "rows": rows},
    )


def told(error: BaseException, origin: LoadOrigin) -> str:
    """The telling line of an engine's message: what it found, without its advice on options of its own.

    The engine quotes values; of a protected source they are left out.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "Maximum line size" in line] or lines or [type(error).__name__]
    found = telling[0]
    if origin.protection is not None:
        found = re.sub(r"'.*'|\".*\"|`.*`", "'…'", found)
    return "".join(sign for sign in found if sign.isprintable()).rstrip(" .:")


def shown_cause(error: BaseException, origin: LoadOrigin) -> BaseException | None:
    """The error that a message came from, for a traceback; none of a protected source, whose values it quotes."""
    return None if origin.protection is not None else error
