"""Landing what a live source answered: rows that came before are left out, and the cursor moves with the rows.

A source that is read from a cursor on is asked again for a stretch that it was asked for before, because transactions
commit late. So most of an answer's first rows are known already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from warehouse.landing.content import Content, LoadOrigin, LoadResult
from warehouse.landing.drift import DriftRule
from warehouse.landing.keys import row_key
from warehouse.landing.land import land_content
from warehouse.landing.loads import note_load_changes, source_number
from warehouse.landing.reading import incoming_of
from warehouse.sql_step import composed_step
from warehouse.store import Store

CursorKind = Literal["instant", "local", "date", "whole", "decimal"]


@dataclass(frozen=True, slots=True)
class StoredCursor:
    """How far a source was read: the greatest cursor value, as text, and what it is."""

    kind: CursorKind
    value: str
    load_id: int


@dataclass(frozen=True, slots=True)
class LiveRows:
    """How the rows of a live source are told apart, and where its cursor stands after them.

    `is_keyed`: by declared key columns, else by the whole row. `is_change_log`: each row is a change, in their order.
    `keep_duplicates`: rows without a key may be equal. `asking` is a fingerprint of what is asked; `continued_from` the
    load whose cursor was the start. `since`: no row of the answer has a smaller value in the column `since_column`,
    unless it is empty there; where both are given, only landed rows from there on are compared.
    """

    is_keyed: bool
    asking: str
    is_change_log: bool = False
    keep_duplicates: bool = False
    kind: CursorKind | None = None
    value: str | None = None
    continued_from: int | None = None
    since_column: str | None = None
    since: str | None = None


def last_cursor(store: Store, *, process: str, source: str, reading: str, asking: str) -> StoredCursor | None:
    """Where a source was read up to, by its current loads; None where it has to be read from the start.

    A cursor counts only while all loads that it went on from are current: a load that was set aside is asked for anew.
    """
    rows = store.fetch_sql(
        "landing/live_cursors",
        """
        SELECT c.load_id, c.kind, c.value, c.continued_from
        FROM landing.main.live_cursors AS c
        JOIN landing.main.landing_loads AS l USING (load_id)
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND s.source = $source AND l.reading = $reading AND c.asking = $asking
            AND l.is_current
        ORDER BY c.load_id
        """,
        process=process,
        source=source,
        reading=reading,
        asking=asking,
    )
    sound: set[int] = set()
    last: StoredCursor | None = None
    for load_id, kind, value, continued_from in rows:
        if continued_from is None or continued_from in sound:
            sound.add(load_id)
            last = StoredCursor(kind, value, load_id)
    return last


def land_live(
    store: Store,
    content: Content | None,
    origin: LoadOrigin,
    rows: LiveRows,
    *,
    loaded_at: datetime,
    drift: DriftRule | None,
) -> LoadResult:
    """Land what an incremental source answered, without the rows that it told before, and move its cursor.

    One transaction: a crash leaves neither the rows nor the cursor. Loads that were read under another key (another
    `reading`) are set aside: this one, which was asked from the start, stands for them. No content: nothing was
    answered, the load only says that the source was asked. Cost: one scan of the answer, and of the landed keys from
    `since` on.
    """
    with store.transaction("landing"):
        result = land_content(store, content, origin, loaded_at=loaded_at, is_current=True, drift=drift)
        number = source_number(store, process=origin.process, source=origin.source)
        repeated = 0
        if number is not None and result.rows_landed:
            repeated = _drop_repeated(store, number, result.load_id, rows, reading=origin.reading)
        values: dict[str, object] = {"load_id": result.load_id, "source_no": number, "reading": origin.reading}
        counted = "SELECT count(*) FROM held_rows WHERE load_id = $load_id"
        held = int(store.fetch_sql("landing/held", counted, **values)[0][0])
        store.run_step(
            composed_step(
                "landing/landed_live",
                "UPDATE landing_loads SET rows_landed = rows_landed - $repeated WHERE load_id = $load_id",
            ),
            {**values, "repeated": repeated},
        )
        aside = store.fetch_sql(
            "landing/former_reading",
            """
            SELECT load_id FROM landing_loads
            WHERE source_no = $source_no AND reading <> $reading AND is_current ORDER BY load_id
            """,
            **values,
        )
        note_load_changes(store, origin.run_id, [(load_id, False) for (load_id,) in aside])
        store.run_step(
            composed_step(
                "landing/set_former_reading_aside",
                """
                UPDATE landing_loads SET is_current = false
                WHERE source_no = $source_no AND reading <> $reading AND is_current
                """,
            ),
            values,
        )
        if rows.kind is not None and rows.value is not None:
            store.run_step(
                composed_step(
                    "landing/add_cursor",
                    "INSERT INTO live_cursors VALUES ($load_id, $asking, $kind, $value, $continued_from)",
                ),
                {
                    **values,
                    "asking": rows.asking,
                    "kind": rows.kind,
                    "value": rows.value,
                    "continued_from": rows.continued_from,
                },
            )
    return replace(result, rows_landed=result.rows_landed - repeated, rows_held=held)


def _drop_repeated(store: Store, number: int, load_id: int, rows: LiveRows, *, reading: str) -> int:
    """Take the rows out of a load that say nothing new; how many."""
    columns = [
        (int(column), name, kind)
        for column, name, kind in store.fetch_sql(
            "landing/all_columns",
            "SELECT column_no, name, type FROM landing_columns WHERE source_no = $number ORDER BY column_no",
            number=number,
        )
    ]
    whole = row_key((column for column, _, _ in columns), "r.")
    values: dict[str, object] = {"load_id": load_id, "reading": reading}
    stretch = ""
    for column, name, kind in columns:
        # text is not compared: its order need not be the cursor's
        if name == rows.since_column and rows.since is not None and kind != "VARCHAR":
            stretch = f"AND (r.c{column} >= CAST($since AS {kind}) OR r.c{column} IS NULL)"
            values["since"] = rows.since
    former = f"""
        FROM rows_{number} AS r
        JOIN landing_loads AS l
            ON l.load_id = r.load_id AND l.is_current AND l.reading = $reading AND l.load_id <> $load_id
    """
    # only rows whose key came before, or comes twice, are looked at whole
    suspects = store.run_step(
        composed_step(
            "landing/suspect_keys",
            f"""
            CREATE OR REPLACE TEMP TABLE suspect_keys AS
            SELECT row_key FROM rows_{number} WHERE load_id = $load_id GROUP BY row_key HAVING count(*) > 1
            UNION
            SELECT r.row_key {former}
            WHERE r.row_key IN (SELECT row_key FROM rows_{number} WHERE load_id = $load_id) {stretch}
            """,
        ),
        values,
    )
    if not suspects:
        return 0
    store.run_step(
        composed_step(
            "landing/told_rows",
            f"""
            CREATE OR REPLACE TEMP TABLE told_rows AS
            SELECT r.row_number, r.row_key, {whole} AS whole
            FROM rows_{number} AS r
            WHERE r.load_id = $load_id AND r.row_key IN (SELECT row_key FROM temp.suspect_keys)
            """,
        ),
        values,
    )
    store.run_step(
        composed_step(
            "landing/former_rows",
            f"""
            CREATE OR REPLACE TEMP TABLE former_rows AS
            SELECT r.load_id, r.row_number, r.row_key, {whole} AS whole {former}
            WHERE r.row_key IN (SELECT row_key FROM temp.suspect_keys) {stretch}
            """,
        ),
        values,
    )
    dropped = _REPEATED_CHANGES if rows.is_change_log else _REPEATED_KEYED if rows.is_keyed else _REPEATED_WHOLE
    if rows.keep_duplicates and not rows.is_keyed:
        dropped = _REPEATED_COUNTED
    store.run_step(
        composed_step("landing/repeated_rows", f"CREATE OR REPLACE TEMP TABLE repeated_rows AS {dropped}"), values
    )
    count = 0
    for table in ("held_rows", f"rows_{number}"):
        count = store.run_step(
            composed_step(
                "landing/drop_repeated",
                f"""
                DELETE FROM {table}
                WHERE load_id = $load_id AND row_number IN (SELECT row_number FROM temp.repeated_rows)
                """,
            ),
            values,
        )
    for name in ("suspect_keys", "told_rows", "former_rows", "repeated_rows"):
        store.connection.execute(f"DROP TABLE temp.{name}")
    return count


# a row that was landed, and each further copy within the answer
_REPEATED_WHOLE = """
    SELECT row_number FROM temp.told_rows WHERE row_key IN (SELECT row_key FROM temp.former_rows)
    UNION
    SELECT row_number FROM temp.told_rows QUALIFY row_number() OVER (PARTITION BY row_key ORDER BY row_number) > 1
"""

# equal rows are as many as one load had of them; where the answer has more, it has them all
_REPEATED_COUNTED = """
    SELECT t.row_number
    FROM temp.told_rows AS t
    JOIN (SELECT row_key, count(*) AS n FROM temp.told_rows GROUP BY row_key) AS now USING (row_key)
    JOIN (
        SELECT row_key, max(n) AS n
        FROM (SELECT row_key, load_id, count(*) AS n FROM temp.former_rows GROUP BY row_key, load_id)
        GROUP BY row_key
    ) AS former USING (row_key)
    WHERE now.n <= former.n
"""

# the key's last row is as it stood; else the key's row changed, and only exact copies go, but for the last of them
_REPEATED_KEYED = """
    WITH last_told AS (SELECT row_key, arg_max(whole, row_number) AS whole FROM temp.told_rows GROUP BY row_key),
    standing AS (
        SELECT row_key, arg_max(whole, (load_id, row_number)) AS whole FROM temp.former_rows GROUP BY row_key
    )
    SELECT row_number FROM temp.told_rows
    WHERE row_key IN (SELECT t.row_key FROM last_told AS t JOIN standing AS s USING (row_key, whole))
    UNION
    SELECT row_number FROM temp.told_rows
    QUALIFY row_number() OVER (PARTITION BY row_key, whole ORDER BY row_number DESC) > 1
"""

# changes of a key up to the first new one were landed; from there on all are landed, so that the last stays last
_REPEATED_CHANGES = """
    SELECT row_number
    FROM (
        SELECT t.row_number, bool_and(f.whole IS NOT NULL) OVER (
                PARTITION BY t.row_key ORDER BY t.row_number ROWS UNBOUNDED PRECEDING
            ) AS is_known
        FROM temp.told_rows AS t
        LEFT JOIN (SELECT DISTINCT row_key, whole FROM temp.former_rows) AS f USING (row_key, whole)
    )
    WHERE is_known
"""


def content_identity(store: Store, content: Content, origin: LoadOrigin) -> str:
    """What a whole table holds, whatever the order of its rows: equal for equal sets of rows. Cost: one scan."""
    with incoming_of(store, content, origin, 0) as incoming:
        names = ", ".join(f"$name{index}" for index in range(len(incoming.columns)))
        parts = ", ".join(
            f"'|{index}=' || strlen(CAST({expression} AS VARCHAR)) || ':' || CAST({expression} AS VARCHAR)"
            for index, (_, expression, _) in enumerate(incoming.columns)
        )
        values = {f"name{index}": name for index, (name, _, _) in enumerate(incoming.columns)}
        row = store.fetch_sql(
            "landing/content_identity",
            f"""
            SELECT md5(concat_ws('|', {names})), count(*), sum(md5_number_lower(fields)), sum(md5_number_upper(fields))
            FROM (SELECT concat({parts}) AS fields FROM ({incoming.relation}))
            """,
            **incoming.values,
            **values,
        )[0]
    return "rows:" + ":".join(str(part or 0) for part in row)


def note_complete(store: Store, *, process: str, source: str, complete_to: datetime) -> None:
    """Say that the current loads of a source, found unchanged, stand for it up to this instant."""
    with store.transaction("landing"):
        store.run_step(
            composed_step(
                "landing/note_complete",
                """
                UPDATE landing_loads SET complete_to = $complete_to
                WHERE is_current AND source_no = (
                    SELECT source_no FROM landing_sources WHERE process = $process AND source = $source
                )
                """,
            ),
            {"process": process, "source": source, "complete_to": complete_to},
        )
