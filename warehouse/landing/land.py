"""Landing: rows of one content into the source's table, in one transaction, with their keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.columns import settle
from warehouse.landing.content import Batches, Content, DelimitedText, JsonLines, LoadOrigin, LoadResult
from warehouse.landing.drift import DriftRule, Settled, hold_rows
from warehouse.landing.forgotten_keys import forgotten_kinds
from warehouse.landing.keys import row_key
from warehouse.landing.loads import next_generation, note_load_changes
from warehouse.landing.reading import Incoming, incoming_of
from warehouse.landing.shielding import (
    CountedBatches,
    emptied_columns,
    note_skipped,
    shield,
    shown_cause,
    told,
)
from warehouse.sql_step import composed_step, quoted
from warehouse.store import Store


def land(
    store: Store,
    content: Content | None,
    origin: LoadOrigin,
    *,
    loaded_at: datetime,
    is_current: bool = True,
    drift: DriftRule | None = None,
) -> LoadResult:
    """Land one content: rows with keys, unreadable rows, catalogue entries and the load, all or nothing.

    No content: a load without rows, of a live source that had none.
    `is_current` False leaves it out of the source until `set_current` takes it in. Raises `WarehouseError` where the
    file can't be read at all, or a mapped column is lost or changed its type so that its values no
    longer fit; without `drift` every column counts as mapped. Cost: one scan of the content; a hash per row and hashed
    value. Columns are dropped, hashed and made coarse before anything is written; what is unreadable in a protected
    source is counted, its text is not kept.
    """
    with store.transaction("landing"):
        return land_content(store, content, origin, loaded_at=loaded_at, is_current=is_current, drift=drift)


def land_content(
    store: Store,
    content: Content | None,
    origin: LoadOrigin,
    *,
    loaded_at: datetime,
    is_current: bool,
    drift: DriftRule | None,
    with_keys: bool = True,
) -> LoadResult:
    """What `land` does, within a transaction of the caller. No content: a load without rows.

    `with_keys` False leaves the keys to be made when they are needed.
    """
    source_no = _source_number(store, origin)
    load_id = store.fetch_sql("landing/next_load", "SELECT coalesce(max(load_id), 0) + 1 FROM landing_loads")[0][0]
    kinds = forgotten_kinds(store, origin.process) if origin.people is not None else frozenset()
    counted = CountedBatches(content) if kinds and isinstance(content, Batches) else None
    if counted is not None:
        content = counted.content
    is_private = bool(kinds) or origin.protection is not None
    landed = readable = unreadable = 0
    settled = Settled(columns=())
    if content is not None:
        with incoming_of(store, content, origin, load_id) as read:
            shielded = shield(store, source_no, read.columns, read.values, origin, kinds)
            bare = replace(read, columns=shielded.columns, values=shielded.values, condition=shielded.condition)
            incoming, settled = settle(store, source_no, bare, origin, drift)
            _note_columns(store, load_id, settled)
            landed = readable = _insert(store, source_no, load_id, incoming, settled, origin, with_keys=with_keys)
            if kinds:
                readable = counted.rows if counted is not None else _count_readable(store, read)
        if isinstance(content, DelimitedText):
            _refuse_open_quote(store, content, load_id, origin)
        unreadable = _keep_unreadable(store, content, load_id, with_text=not is_private)
        if unreadable and isinstance(content, DelimitedText):
            _count_unreadable_in(store, source_no, load_id)
    held = hold_rows(store, source_no, load_id, settled, run_id=origin.run_id, held_at=loaded_at)
    store.run_step(
        composed_step(
            "landing/add_load",
            """
            INSERT INTO landing_loads (load_id, source_no, locator, content_hash, reading, loaded_at, rows_read,
                rows_landed, is_current, run_id, complete_to, protection, rows_forgotten)
            VALUES ($load_id, $source_no, $locator, $content_hash, $reading, $loaded_at, $read, $landed, $current,
                $run_id, $complete_to, $protection, nullif($forgotten, 0))
            """,
        ),
        {
            "load_id": load_id,
            "source_no": source_no,
            "locator": origin.locator,
            "content_hash": origin.content_hash,
            "reading": origin.reading,
            "loaded_at": loaded_at,
            "read": readable + unreadable,
            "landed": landed,
            "current": is_current,
            "run_id": origin.run_id,
            "complete_to": origin.complete_to,
            "protection": None if origin.protection is None else origin.protection.text,
            "forgotten": readable - landed,
        },
    )
    numbers = {column.name: (column.number, column.kind) for column in settled.columns}
    emptied = emptied_columns(store, source_no, load_id, numbers, origin) if landed else ()
    if readable > landed:
        note_skipped(store, process=origin.process, at=loaded_at, rows=readable - landed)
    next_generation(store)
    if is_current:
        note_load_changes(store, origin.run_id, [(load_id, True)])
    return LoadResult(
        load_id=load_id,
        rows_read=readable + unreadable,
        rows_landed=landed,
        rows_unreadable=unreadable,
        rows_held=held,
        notes=settled.notes,
        rows_forgotten=readable - landed,
        emptied=emptied,
    )


def _count_readable(store: Store, incoming: Incoming) -> int:
    """How many rows a content has, those left out included; a second look at its file."""
    sql = f"SELECT count(*) FROM ({incoming.relation})"
    return int(store.fetch_sql("landing/count_readable", sql, **incoming.values)[0][0])


def _source_number(store: Store, origin: LoadOrigin) -> int:
    found = store.fetch_sql(
        "landing/source_number",
        "SELECT source_no FROM landing_sources WHERE process = $process AND source = $source",
        process=origin.process,
        source=origin.source,
    )
    if found:
        return int(found[0][0])
    number = int(
        store.fetch_sql("landing/next_source", "SELECT coalesce(max(source_no), 0) + 1 FROM landing_sources")[0][0]
    )
    store.run_step(
        composed_step("landing/add_source", "INSERT INTO landing_sources VALUES ($number, $process, $source)"),
        {"number": number, "process": origin.process, "source": origin.source},
    )
    store.run_step(
        composed_step(
            "landing/add_table",
            f"CREATE TABLE rows_{number} (load_id INTEGER, row_number BIGINT, row_key UHUGEINT)",
        )
    )
    return number


def _note_columns(store: Store, load_id: int, settled: Settled) -> None:
    """Which of the source's columns this content has: a column that vanished must not be taken for an empty one."""
    for column in settled.columns:
        store.run_step(
            composed_step("landing/note_column", "INSERT INTO landing_load_columns VALUES ($load_id, $number)"),
            {"load_id": load_id, "number": column.number},
        )


def _insert(
    store: Store,
    source_no: int,
    load_id: int,
    incoming: Incoming,
    settled: Settled,
    origin: LoadOrigin,
    *,
    with_keys: bool,
) -> int:
    targets = [f"c{column.number}" for column in settled.columns]
    expressions = [f"{column.expression} AS c{column.number}" for column in settled.columns]
    numbers = {column.name: column.number for column in settled.columns}
    key = row_key(numbers[name] for name in (origin.key or numbers)) if with_keys or origin.key else "NULL"
    sql = f"""
        INSERT INTO rows_{source_no} (load_id, row_number, row_key, {", ".join(targets)})
        SELECT $load_id, row_number, {key}, {", ".join(targets)}
        FROM (
            SELECT {quoted(incoming.number)} AS row_number, {", ".join(expressions)} FROM ({incoming.relation})
            WHERE {incoming.condition}
        )
    """
    try:
        return store.run_step(composed_step("landing/insert", sql), {**incoming.values, "load_id": load_id})
    except WarehouseError as error:
        cause = error.__cause__
        if isinstance(cause, duckdb.ConversionException):
            raise WarehouseError(
                Problem(
                    f"the content no longer fits what was landed before: {told(cause, origin)}.",
                    origin.locator,
                    "Mend the file, or give the source another name so that it is landed afresh.",
                )
            ) from shown_cause(error, origin)
        if isinstance(cause, duckdb.InvalidInputException) and "state machine" in str(cause):
            raise WarehouseError(
                Problem(
                    "the lines end in different ways (some in LF, some in CR LF), so that rows can't be told apart.",
                    origin.locator,
                    "Export it again in one piece; nothing of it was landed.",
                )
            ) from shown_cause(error, origin)
        # a damaged file shows itself in many ways; a full disk or memory is not the file's fault
        ours = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException)
        if isinstance(cause, duckdb.Error) and not isinstance(cause, ours):
            raise WarehouseError(
                Problem(
                    f"the content can't be read: {told(cause, origin)}.",
                    origin.locator,
                    "Copy or export the file again; nothing of it was landed.",
                )
            ) from shown_cause(error, origin)
        if origin.protection is not None:
            raise WarehouseError(
                Problem(f"the rows could not be written: {told(cause or error, origin)}.", origin.locator)
            ) from None
        raise


def _refuse_open_quote(store: Store, content: DelimitedText, load_id: int, origin: LoadOrigin) -> None:
    """Refuse a file in which a quote that is never closed swallows the rows behind it.

    One broken row costs that row; a row that takes in the rest of the file, or a hundred lines, costs too much.
    """
    rows = store.fetch_sql(
        "landing/open_quote",
        f"""
        SELECT line, len(text) - len(replace(text, chr(10), '')) AS hidden
        FROM (
            SELECT line, line_byte_position + strlen(csv_line) AS ends, rtrim(csv_line, chr(10) || chr(13)) AS text
            FROM rejects_{load_id} WHERE error_type = 'UNQUOTED VALUE'
        )
        WHERE contains(text, chr(10)) AND (hidden > 100 OR ends >= $size - 2)
        ORDER BY line
        """,
        size=content.path.stat().st_size,
    )
    if rows:
        line, hidden = rows[0]
        raise WarehouseError(
            Problem(
                f"a quote opened in data row {line - 1:,} is not closed: it swallows {hidden:,} lines behind it.",
                origin.locator,
                "Mend that row, or write quote: in process.yaml; nothing of the file was landed.",
            )
        )


def _keep_unreadable(store: Store, content: Content, load_id: int, *, with_text: bool) -> int:
    """Note the rows that could not be read; their text only where it can name nobody who is protected."""
    if isinstance(content, DelimitedText):
        return _count(
            store,
            composed_step(
                "landing/unreadable_text",
                f"""
                INSERT INTO unreadable_rows
                SELECT $load_id, line - 1 - $skip, 'unreadable_row',
                    min(CASE WHEN $with_text THEN error_message ELSE lower(error_type::VARCHAR) END), NULL,
                    min(CASE WHEN $with_text THEN left(csv_line, 2000) END)
                FROM rejects_{load_id}
                GROUP BY line
                """,
            ),
            {"load_id": load_id, "skip": content.skip_lines, "with_text": with_text},
        )
    if isinstance(content, JsonLines):
        return _count(
            store,
            composed_step(
                "landing/unreadable_json",
                """
                INSERT INTO unreadable_rows
                SELECT $load_id, row_number, 'unreadable_row', 'not a JSON object', NULL,
                    CASE WHEN $with_text THEN left(line, 2000) END
                FROM incoming_lines WHERE object IS NULL
                """,
            ),
            {"load_id": load_id, "with_text": with_text},
        )
    return 0


def _count_unreadable_in(store: Store, source_no: int, load_id: int) -> None:
    """The reader numbers only the rows that it could read; count the others in, so that a number finds its row."""
    store.run_step(
        composed_step(
            "landing/renumber",
            f"""
            UPDATE rows_{source_no} AS r SET row_number = r.row_number + g.gaps
            FROM (
                SELECT n.row_number, count(*) AS gaps
                FROM (SELECT row_number FROM rows_{source_no} WHERE load_id = $load_id) AS n
                JOIN (
                    SELECT row_number - row_number() OVER (ORDER BY row_number) + 1 AS pushes_from
                    FROM unreadable_rows WHERE load_id = $load_id
                ) AS u ON n.row_number >= u.pushes_from
                GROUP BY n.row_number
            ) AS g
            WHERE r.load_id = $load_id AND r.row_number = g.row_number
            """,
        ),
        {"load_id": load_id},
    )


def _count(store: Store, step: object, values: dict[str, object]) -> int:
    return store.run_step(step, values)  # type: ignore[arg-type]
