"""What a content looks like to SQL: a relation with numbered rows, and an expression for each named column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.content import Content, DelimitedText, JsonLines, LoadOrigin, ParquetFile
from warehouse.landing.shielding import shown_cause, told
from warehouse.sql_step import quoted
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
class Incoming:
    """A readable relation: SQL that gives the row number, in the column `number`, and one expression a named column."""

    relation: str
    columns: tuple[tuple[str, str, str], ...]  # name in the source, expression, landed type
    values: dict[str, object]
    number: str = "row_number"
    condition: str = "true"  # which rows are landed


@contextmanager
def incoming_of(store: Store, content: Content, origin: LoadOrigin, load_id: int) -> Iterator[Incoming]:
    """A content as a relation, for the length of a block; `WarehouseError` where it can't be read."""
    try:
        if isinstance(content, DelimitedText):
            names = {f"h{index}": "VARCHAR" for index in range(len(content.columns))}
            yield Incoming(
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
                f"the content can't be read: {told(error, origin)}.",
                origin.locator,
                "Nothing of it was landed.",
            )
        ) from shown_cause(error, origin)


def _numbered(
    relation: str,
    described: list[tuple[object, ...]],
    values: dict[str, object],
    *,
    count: str = "row_number() OVER ()",
) -> Incoming:
    """A relation whose rows are counted, under a name that none of its own columns has."""
    columns = _described(described)
    taken = {name.casefold() for name, _, _ in columns}
    number = "row_number"
    while number in taken:
        number += "_"
    return Incoming(
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


def _json_lines(store: Store, content: JsonLines, origin: LoadOrigin) -> Incoming:
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
    return Incoming(
        relation="SELECT row_number, object FROM incoming_lines WHERE object IS NOT NULL",
        columns=tuple(
            (name, f"nullif(json_extract_string(object, $key{index}), '')", "VARCHAR")
            for index, (name,) in enumerate(keys)
        ),
        values=dict(pointers),
    )
