"""Landing: rows of one content into the source's table, in one transaction, with their keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.content import (
    Content,
    DelimitedText,
    JsonLines,
    LoadOrigin,
    LoadResult,
    ParquetFile,
)
from warehouse.landing.loads import next_generation, note_load_changes
from warehouse.sql_step import composed_step, quoted
from warehouse.store import Store

# the landed type of a column, by the type that its reader gives it; all else is landed as text
_LANDED_TYPES = {
    "BOOLEAN": "BOOLEAN",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "BIGINT"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "DOUBLE"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"), "TIMESTAMP"),
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
}


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A readable relation: SQL that gives the row number, in the column `number`, and one expression a named column."""

    relation: str
    columns: tuple[tuple[str, str, str], ...]  # name in the source, expression, landed type
    values: dict[str, object]
    number: str = "row_number"


def land(
    store: Store, content: Content, origin: LoadOrigin, *, loaded_at: datetime, is_current: bool = True
) -> LoadResult:
    """Land one content: rows with keys, unreadable rows, catalogue entries and the load, all or nothing.

    `is_current` False leaves it out of the source until `set_current` takes it in. Raises `WarehouseError` where the
    file can't be read at all, or a column changed its type so that its values no
    longer fit. Cost: one scan of the content; a hash per row.
    """
    with store.transaction("landing"):
        source_no = _source_number(store, origin)
        load_id = store.fetch_sql("landing/next_load", "SELECT coalesce(max(load_id), 0) + 1 FROM landing_loads")[0][0]
        with _incoming(store, content, origin, load_id) as incoming:
            columns = _catalogue(store, source_no, incoming, origin)
            _note_columns(store, load_id, incoming, columns)
            landed = _insert(store, source_no, load_id, incoming, columns, origin)
        if isinstance(content, DelimitedText):
            _refuse_open_quote(store, content, load_id, origin)
        unreadable = _keep_unreadable(store, content, load_id)
        if unreadable and isinstance(content, DelimitedText):
            _count_unreadable_in(store, source_no, load_id)
        store.run_step(
            composed_step(
                "landing/add_load",
                """
                INSERT INTO landing_loads (load_id, source_no, locator, content_hash, reading, loaded_at, rows_read,
                    rows_landed, is_current, run_id, complete_to)
                VALUES ($load_id, $source_no, $locator, $content_hash, $reading, $loaded_at, $read, $landed, $current,
                    $run_id, $complete_to)
                """,
            ),
            {
                "load_id": load_id,
                "source_no": source_no,
                "locator": origin.locator,
                "content_hash": origin.content_hash,
                "reading": origin.reading,
                "loaded_at": loaded_at,
                "read": landed + unreadable,
                "landed": landed,
                "current": is_current,
                "run_id": origin.run_id,
                "complete_to": origin.complete_to,
            },
        )
        next_generation(store)
        if is_current:
            note_load_changes(store, origin.run_id, [(load_id, True)])
    return LoadResult(load_id=load_id, rows_read=landed + unreadable, rows_landed=landed, rows_unreadable=unreadable)


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


@contextmanager
def _incoming(store: Store, content: Content, origin: LoadOrigin, load_id: int) -> Iterator[_Incoming]:
    try:
        if isinstance(content, DelimitedText):
            names = {f"h{index}": "VARCHAR" for index in range(len(content.columns))}
            yield _Incoming(
                relation=(
                    "SELECT row_number() OVER () AS row_number, * FROM read_csv($path, delim = $delimiter, "
                    "quote = $quote, escape = $quote, header = true, skip = $skip, auto_detect = false, nullstr = '', "
                    f"store_rejects = true, rejects_table = 'rejects_{load_id}', "
                    f"rejects_scan = 'rejects_scan_{load_id}', rejects_limit = 0, "
                    "max_line_size = 16000000, columns = $names)"
                ),
                columns=tuple((name, f"h{index}", "VARCHAR") for index, name in enumerate(content.columns)),
                values={
                    "path": str(content.path),
                    "delimiter": content.delimiter,
                    "quote": content.quote,
                    "names": names,
                    "skip": content.skip_lines,
                },
            )
        elif isinstance(content, JsonLines):
            yield _json_lines(store, content, origin)
        elif isinstance(content, ParquetFile):
            values: dict[str, object] = {"path": str(content.path)}
            described = store.connection.execute("DESCRIBE SELECT * FROM read_parquet($path)", values).fetchall()
            if any(str(name).casefold() == "file_row_number" for name, *_ in described):
                yield _numbered("read_parquet($path)", described, values)
            else:
                # the file's own row numbers let the reader work on several row groups at once
                numbered = "read_parquet($path, file_row_number = true)"
                yield _numbered(numbered, described, values, count="file_row_number + 1")
        else:
            with store.registered("incoming_batches", content.reader):
                described = store.connection.execute("DESCRIBE incoming_batches").fetchall()
                yield _numbered("incoming_batches", described, {})
    except duckdb.Error as error:
        raise WarehouseError(
            Problem(
                f"the content can't be read: {_told(error)}.",
                origin.locator,
                "Nothing of it was landed.",
            )
        ) from error


def _told(error: BaseException) -> str:
    """The telling line of an engine's message: what it found, without its advice on options of its own."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "Maximum line size" in line] or lines or [type(error).__name__]
    return "".join(sign for sign in telling[0] if sign.isprintable()).rstrip(" .:")


def _numbered(
    relation: str,
    described: list[tuple[object, ...]],
    values: dict[str, object],
    *,
    count: str = "row_number() OVER ()",
) -> _Incoming:
    """A relation whose rows are counted, under a name that none of its own columns has."""
    columns = _described(described)
    taken = {name.casefold() for name, _, _ in columns}
    number = "row_number"
    while number in taken:
        number += "_"
    return _Incoming(
        relation=f"SELECT {count} AS {quoted(number)}, * FROM {relation}",
        columns=columns,
        values=values,
        number=number,
    )


def _described(rows: list[tuple[object, ...]]) -> tuple[tuple[str, str, str], ...]:
    result = []
    for name, kind, *_ in rows:
        landed = _LANDED_TYPES.get(str(kind), "DOUBLE" if str(kind).startswith("DECIMAL") else "VARCHAR")
        result.append((str(name), f"CAST({quoted(str(name))} AS {landed})", landed))
    return tuple(result)


def _json_lines(store: Store, content: JsonLines, origin: LoadOrigin) -> _Incoming:
    """Lines are read as text first, so that one broken line costs one row and not the file."""
    connection = store.connection
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE incoming_lines AS
        SELECT row_number() OVER () AS row_number, line,
            CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN line END AS object
        FROM read_csv($path, delim = $separator, quote = '', escape = '', header = false, auto_detect = false,
            columns = {'line': 'VARCHAR'}, max_line_size = 16000000, strict_mode = false)
        WHERE line IS NOT NULL AND trim(line) <> ''
        """,
        {"path": str(content.path), "separator": "\x1f"},
    )
    keys = connection.execute(
        """
        SELECT DISTINCT unnest(json_keys(object)) AS name FROM incoming_lines WHERE object IS NOT NULL ORDER BY name
        """
    ).fetchall()
    if not keys:
        raise WarehouseError(
            Problem("no line is a JSON object.", origin.locator, 'Expected one object a line, as {"case": 1}.')
        )
    # json_extract takes a pointer; ~ and / are its two special characters (RFC 6901)
    pointers = {f"key{index}": "/" + name.replace("~", "~0").replace("/", "~1") for index, (name,) in enumerate(keys)}
    return _Incoming(
        relation="SELECT row_number, object FROM incoming_lines WHERE object IS NOT NULL",
        columns=tuple(
            (name, f"nullif(json_extract_string(object, $key{index}), '')", "VARCHAR")
            for index, (name,) in enumerate(keys)
        ),
        values=dict(pointers),
    )


def _catalogue(store: Store, source_no: int, incoming: _Incoming, origin: LoadOrigin) -> dict[str, tuple[int, str]]:
    """Column numbers and types by name; new columns are added to the catalogue and the table."""
    known = {
        name: (number, kind)
        for number, name, kind in store.fetch_sql(
            "landing/columns",
            "SELECT column_no, name, type FROM landing_columns WHERE source_no = $source_no",
            source_no=source_no,
        )
    }
    for name, _, landed in incoming.columns:
        if name in known:
            continue
        number = len(known)
        known[name] = (number, landed)
        store.run_step(
            composed_step(
                "landing/add_column",
                "INSERT INTO landing_columns VALUES ($source_no, $number, $name, $landed)",
            ),
            {"source_no": source_no, "number": number, "name": name, "landed": landed},
        )
        store.run_step(composed_step("landing/widen", f"ALTER TABLE rows_{source_no} ADD COLUMN c{number} {landed}"))
    missing = [name for name in origin.key if name not in {column[0] for column in incoming.columns}]
    if missing:
        raise WarehouseError(Problem(f"the key column {', '.join(missing)} is not in the content.", origin.locator))
    return known


def _note_columns(store: Store, load_id: int, incoming: _Incoming, columns: dict[str, tuple[int, str]]) -> None:
    """Which of the source's columns this content has: a column that vanished must not be taken for an empty one."""
    for name, _, _ in incoming.columns:
        store.run_step(
            composed_step("landing/note_column", "INSERT INTO landing_load_columns VALUES ($load_id, $number)"),
            {"load_id": load_id, "number": columns[name][0]},
        )


def _insert(
    store: Store,
    source_no: int,
    load_id: int,
    incoming: _Incoming,
    columns: dict[str, tuple[int, str]],
    origin: LoadOrigin,
) -> int:
    targets, expressions = [], []
    for name, expression, _ in incoming.columns:
        number, kind = columns[name]
        targets.append(f"c{number}")
        expressions.append(f"CAST({expression} AS {kind}) AS c{number}")
    keyed = sorted(columns[name][0] for name in (origin.key or [column[0] for column in incoming.columns]))
    # length-prefixed fields can't run into each other, and a missing one leaves no trace: a column added later
    # doesn't change the keys of older rows
    fields = ", ".join(f"'|{n}=' || strlen(CAST(c{n} AS VARCHAR)) || ':' || CAST(c{n} AS VARCHAR)" for n in keyed)
    sql = f"""
        INSERT INTO rows_{source_no} (load_id, row_number, row_key, {", ".join(targets)})
        SELECT $load_id, row_number, md5_number(concat({fields})), {", ".join(targets)}
        FROM (SELECT {quoted(incoming.number)} AS row_number, {", ".join(expressions)} FROM ({incoming.relation}))
    """
    try:
        return store.run_step(composed_step("landing/insert", sql), {**incoming.values, "load_id": load_id})
    except WarehouseError as error:
        cause = error.__cause__
        if isinstance(cause, duckdb.ConversionException):
            raise WarehouseError(
                Problem(
                    f"the content no longer fits what was landed before: {_told(cause)}.",
                    origin.locator,
                    "Mend the file, or give the source another name so that it is landed afresh.",
                )
            ) from error
        if isinstance(cause, duckdb.InvalidInputException) and "state machine" in str(cause):
            raise WarehouseError(
                Problem(
                    "the lines end in different ways (some in LF, some in CR LF), so that rows can't be told apart.",
                    origin.locator,
                    "Export it again in one piece; nothing of it was landed.",
                )
            ) from error
        # a damaged file shows itself in many ways; a full disk or memory is not the file's fault
        ours = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException)
        if isinstance(cause, duckdb.Error) and not isinstance(cause, ours):
            raise WarehouseError(
                Problem(
                    f"the content can't be read: {_told(cause)}.",
                    origin.locator,
                    "Copy or export the file again; nothing of it was landed.",
                )
            ) from error
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


def _keep_unreadable(store: Store, content: Content, load_id: int) -> int:
    if isinstance(content, DelimitedText):
        return _count(
            store,
            composed_step(
                "landing/unreadable_text",
                f"""
                INSERT INTO unreadable_rows
                SELECT $load_id, line - 1 - $skip, 'unreadable_row', min(error_message), NULL, min(left(csv_line, 2000))
                FROM rejects_{load_id}
                GROUP BY line
                """,
            ),
            {"load_id": load_id, "skip": content.skip_lines},
        )
    if isinstance(content, JsonLines):
        return _count(
            store,
            composed_step(
                "landing/unreadable_json",
                """
                INSERT INTO unreadable_rows
                SELECT $load_id, row_number, 'unreadable_row', 'not a JSON object', NULL, left(line, 2000)
                FROM incoming_lines WHERE object IS NULL
                """,
            ),
            {"load_id": load_id},
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
