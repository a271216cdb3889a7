"""PostgreSQL by ADBC: one read-only snapshot, streamed in Arrow batches into a Parquet file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.live.answer import Answer, Asking
from pipelines.live.cursors import Cursor, CursorKind, cursor_of
from pipelines.live.failures import LiveFailure
from pipelines.live.secrets import Secret, hidden_parts, told_without
from pipelines.workspace.live_source import PostgresSource

_BATCH_BYTES = 8_000_000
# these arrive as Arrow types of their own; whatever else the server has is asked for as its text
_PLAIN = frozenset({"bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar", "bpchar", "name"})
_TIMES = frozenset({"timestamptz", "timestamp", "date"})
_SINCE_TYPES: dict[CursorKind, str] = {
    "instant": "timestamptz",
    "local": "timestamp",
    "date": "date",
    "whole": "bigint",
    "decimal": "numeric",
}
_SINCE, _ALSO_SINCE, _ALSO_UNTIL = "asrun.since", "asrun.also_since", "asrun.also_until"
_CURSOR_TYPES = {
    "timestamptz": "instant",
    "timestamp": "local",
    "date": "date",
    "int2": "whole",
    "int4": "whole",
    "int8": "whole",
    "numeric": "decimal",
}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str


def extract_postgres(source: PostgresSource, address: Secret, asking: Asking, *, key: tuple[str, ...] = ()) -> Answer:
    """All rows of the table or query from the cursor on, as of one instant, into a Parquet file.

    Rows whose cursor is empty are asked for each time. Numbers of type numeric and every type that has no plain Arrow
    counterpart come as the text that PostgreSQL writes; instants that are infinite come empty. Rows are in the order of
    the cursor and the key. Memory: one batch (8 MB). Raises `LiveFailure`.
    """
    try:
        with _connected(address) as cursor:
            columns = _columns(cursor, source)
            sql = _select(source, columns, asking, key)
            for name, bound in _bounds(asking).items():
                cursor.execute("SELECT set_config($1, $2, true)", (name, bound.text))
                cursor.fetchall()
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)})
            cursor.execute(sql)
            return _spool(cursor.fetch_record_batch(), columns, source.cursor_column, asking)
    except _errors() as error:
        raise _failure(error, address) from None


def _errors() -> type[Exception]:
    from adbc_driver_manager import dbapi

    found: type[Exception] = dbapi.Error
    return found


def _failure(error: Exception, address: Secret) -> LiveFailure:
    state = str(getattr(error, "sqlstate", None) or "")
    # without a state the server was not reached; 08 connection, 40 rollback, 53 resources, 57 an operator stepped in
    passing = (not state and _is_connection(error)) or state[:2] in {"08", "40", "53", "57"}
    what = told_without(str(error), hidden_parts(address.value))
    return LiveFailure(f"PostgreSQL says: {what}{f' ({state})' if state else ''}.", is_passing=passing)


def _is_connection(error: Exception) -> bool:
    refused = re.search(r"invalid|authentication|pg_hba|FATAL: .* does not exist", str(error))
    return refused is None and type(error).__name__ in {"OperationalError", "InternalError"}


@contextmanager
def _connected(address: Secret) -> Iterator[Any]:
    """A cursor in a read-only transaction that sees one state of the database."""
    if not address.value.startswith(("postgresql://", "postgres://")):
        raise LiveFailure(f"{address.name} is no address of a PostgreSQL database: expected postgresql://...")
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(address.value) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield cursor
        finally:
            connection.rollback()


def _asked(source: PostgresSource) -> str:
    if source.table is not None:
        return ".".join(quoted_name(part) for part in source.table.split("."))
    # the line break ends a comment at the query's end
    return f"({source.query}\n)"


def quoted_name(name: str) -> str:
    """An identifier as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _columns(cursor: Any, source: PostgresSource) -> list[_Column]:
    probe = f"SELECT * FROM {_asked(source)} AS asked"  # noqa: S608  a checked name, or the operator's own query
    schema: pa.Schema = cursor.adbc_execute_schema(probe)
    columns = []
    for field in schema:
        kind = (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode()
        columns.append(_Column(field.name, kind))
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LiveFailure(f"the query gives the column {', '.join(twice)} twice: name its columns with AS.")
    for name in (source.cursor_column, source.changes.operation if source.changes else None):
        if name is not None and name not in names:
            raise LiveFailure(f"there is no column '{name}'; columns found: {', '.join(names) or 'none'}.")
    kinds = {column.name: column.type for column in columns}
    if source.cursor_column is not None and kinds[source.cursor_column] not in _CURSOR_TYPES:
        raise LiveFailure(
            f"the cursor column '{source.cursor_column}' is of type {kinds[source.cursor_column]}; "
            "expected an instant, a date or a number."
        )
    return columns


def _select(source: PostgresSource, columns: list[_Column], asking: Asking, key: tuple[str, ...]) -> str:
    chosen = ", ".join(_expression(column) for column in columns) or "*"
    sql = f"SELECT {chosen} FROM {_asked(source)} AS asked"  # noqa: S608  quoted names, the operator's own query
    name = source.cursor_column
    if name is None:
        order = [f"asked.{quoted_name(column)}" for column in key if column in {each.name for each in columns}]
    else:
        at = f"asked.{quoted_name(name)}"
        # the values are bound as settings: a query with a bound value of its own would not be streamed
        bound = {
            name: f"current_setting('{name}')::{_SINCE_TYPES[value.kind]}" for name, value in _bounds(asking).items()
        }
        if asking.since is not None:
            sql += f" WHERE {at} >= {bound[_SINCE]} OR {at} IS NULL"
        if asking.also is not None:
            begin = "" if asking.also.since is None else f"{at} >= {bound[_ALSO_SINCE]} AND "
            sql += f" OR ({begin}{at} < {bound[_ALSO_UNTIL]})"
        order = [at, *(f"asked.{quoted_name(column)}" for column in key if column != name)]
    if order:
        sql += f" ORDER BY {', '.join(order)}"
    if asking.limit is not None:
        sql += f" LIMIT {int(asking.limit)}"
    return sql


def _bounds(asking: Asking) -> dict[str, Cursor]:
    """The values that the query compares its cursor with, by the setting that holds each."""
    bounds = {
        _SINCE: asking.since,
        _ALSO_SINCE: None if asking.also is None else asking.also.since,
        _ALSO_UNTIL: None if asking.also is None else asking.also.until,
    }
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _expression(column: _Column) -> str:
    at = f"asked.{quoted_name(column.name)}"
    if column.type in _TIMES:
        return f"CASE WHEN isfinite({at}) THEN {at} END AS {quoted_name(column.name)}"
    if column.type in _PLAIN:
        return f"{at} AS {quoted_name(column.name)}"
    return f"CAST({at} AS text) AS {quoted_name(column.name)}"


def _spool(reader: pa.RecordBatchReader, columns: list[_Column], cursor_column: str | None, asking: Asking) -> Answer:
    path = asking.folder / "answer.parquet"
    rows = 0
    greatest: Cursor | None = None
    kinds = {column.name: column.type for column in columns}
    schema = pa.schema([pa.field(field.name, field.type) for field in reader.schema])
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for batch in reader:
            # the driver's notes on the fields stay behind
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            rows += batch.num_rows
            if cursor_column is not None:
                found = _greatest(batch.column(cursor_column), kinds[cursor_column])
                if found is not None and (greatest is None or found.value > greatest.value):  # type: ignore[operator]
                    greatest = found
    return Answer(path=path, form="parquet", rows=rows, columns=tuple(schema.names), cursor=greatest)


def _greatest(values: pa.Array[Any], kind: str) -> Cursor | None:
    if kind == "numeric":
        numbers = [Decimal(text) for text in pc.unique(values).to_pylist() if text is not None]
        return cursor_of(max((number for number in numbers if number.is_finite()), default=None))
    return cursor_of(pc.max(values).as_py())
