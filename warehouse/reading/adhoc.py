"""An analyst's own query on a snapshot, and its result as CSV, JSON or Parquet.

Whoever reads a CSV file mostly opens it in a spreadsheet, which takes a text that begins with = + - @ (or a
tab or a carriage return before one) for a formula. Such texts get an apostrophe in front (OWASP, "CSV
Injection"); numbers are left as they are.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from uuid import UUID

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import Problem, QuestionError
from warehouse.reading.snapshot import Snapshot
from warehouse.reading.statements import QueryValue

TableFormat = Literal["csv", "json", "parquet"]

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BATCH = 4096


def run_query(snapshot_path: Path | str, sql: str, values: Mapping[str, QueryValue] | None = None) -> pa.Table:
    """The result of one SELECT (or DESCRIBE, SHOW, SUMMARIZE, EXPLAIN) on a snapshot; instants are in UTC.

    `values` are bound to the `$names` of the query.

    Nothing is written and no other file or address is reached, whatever the query says. Raises
    `QuestionError` with DuckDB's own message when it fails, or when there is not exactly one statement, and
    `WarehouseError` when there is no snapshot or it can't be opened.
    """
    with Snapshot(snapshot_path) as snapshot:
        connection = snapshot.connection()
        check_question(connection, sql)
        try:
            return connection.execute(sql, values or None).to_arrow_table()
        except (duckdb.Error, pa.ArrowException) as error:
            raise failed_question(error) from error


def check_question(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise `QuestionError` unless the text is exactly one query."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise failed_question(error) from error
    if len(statements) != 1:
        raise QuestionError(
            Problem(
                what=f"{len(statements)} statements found; exactly one is expected.",
                todo="Give one SELECT, for example: SELECT state, count(*) FROM cases GROUP BY state",
            )
        )
    if statements[0].type not in {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}:
        raise QuestionError(
            Problem(
                what=f"a statement of type {statements[0].type.name} is not a query.",
                todo="Give a SELECT (DESCRIBE, SHOW, SUMMARIZE and EXPLAIN are fine too).",
            )
        )


def write_table(table: pa.Table, path: Path | str, *, form: TableFormat | None = None) -> Path:
    """Write a result to a file, whole or not at all; the form is that of the file's suffix unless given."""
    target = Path(path)
    chosen = form or _form_of(target)

    def write(temporary: Path) -> None:
        if chosen == "parquet":
            pq.write_table(table, temporary)
            return
        with temporary.open("w", encoding="utf-8-sig" if chosen == "csv" else "utf-8", newline="") as stream:
            _write_text(table, stream, chosen)

    try:
        _replace(target, write)
    except OSError as error:
        raise QuestionError(
            Problem(
                where=str(target),
                what=f"can't be written: {error.strerror or error}",
                todo="Choose another path.",
            )
        ) from error
    except pa.ArrowException as error:
        raise QuestionError(
            Problem(where=str(target), what=f"can't be written as {chosen}: {error}", todo="Choose csv or json.")
        ) from error
    return target


def table_text(table: pa.Table, *, form: Literal["csv", "json"] = "csv") -> str:
    """A result as text for a terminal or a pipe: guarded CSV (RFC 4180) or a JSON array, a row a line."""
    stream = io.StringIO(newline="")
    _write_text(table, stream, form)
    return stream.getvalue()


def _write_text(table: pa.Table, stream: io.TextIOWrapper | io.StringIO, form: str) -> None:
    out = stream.write
    names = [str(name) for name in table.column_names]
    if form == "csv":
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([guarded(name) for name in names])
        for batch in table.to_batches(max_chunksize=_BATCH):
            columns = [column.to_pylist() for column in batch.columns]
            writer.writerows([_csv_cell(value) for value in record] for record in zip(*columns, strict=True))
        return
    first = True
    out("[")
    for batch in table.to_batches(max_chunksize=_BATCH):
        columns = [column.to_pylist() for column in batch.columns]
        for record in zip(*columns, strict=True):
            out("\n" if first else ",\n")
            first = False
            plain = {name: plain_value(value) for name, value in zip(names, record, strict=True)}
            out(json.dumps(plain, ensure_ascii=False, allow_nan=False))
    out("\n]\n")


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return text.startswith(_DANGEROUS)


def guarded(text: str) -> str:
    """The text as a spreadsheet takes it for a text."""
    return f"'{text}" if is_dangerous(text) else text


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    plain = plain_value(value)
    return guarded(plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False))


def plain_value(value: object) -> object:
    """A value as JSON knows it: instants as ISO 8601, durations as seconds, bytes as hex; a NaN is null."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain_value(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(entry) for entry in value]
    return str(value)


def _form_of(path: Path) -> TableFormat:
    forms: dict[str, TableFormat] = {".csv": "csv", ".json": "json", ".parquet": "parquet"}
    if path.suffix.lower() not in forms:
        raise QuestionError(
            Problem(
                where=str(path),
                what=f"suffix '{path.suffix}' names no form of a table.",
                todo="Use .csv, .json or .parquet.",
            )
        )
    return forms[path.suffix.lower()]


def _replace(target: Path, write: Callable[[Path], None]) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def failed_question(error: Exception) -> QuestionError:
    """The error of a query that fails, in DuckDB's own words."""
    return QuestionError(Problem(what=str(error).strip(), todo="`asrun schema` lists the tables and columns."))
