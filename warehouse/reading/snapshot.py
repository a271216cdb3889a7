"""The published snapshot, opened for reading: nothing can be written, nothing outside the file reached."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.migrations import latest_version
from warehouse.reading.statements import COUNTS_SINCE, QueryRow, QueryValue, preparation, prepared_for, statement

Row = TypeVar("Row", bound=QueryRow)

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",  # no file, no network from SQL
    "python_enable_replacements": "false",  # a name in SQL is a table, never a variable of the program
}


class Snapshot:
    """A published snapshot, open for reading; use it in a `with` block.

    Sessions run in UTC, can't reach any other file and can't change their settings. A reader that holds a
    snapshot open goes on reading it when the next one is published.

    Raises `WarehouseError` when the file is missing, is not a snapshot, or has a newer table layout than
    this program knows.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._connection = _connect(self.path)
        self._prepared: set[str] = set()
        try:
            self.schema_version, self.product, self.generation = _identity(self._connection, self.path)
            self._layout = _common_layout(self._connection, self.schema_version)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def read(self, row: type[Row], **values: QueryValue) -> list[Row]:
        """Run the named query of a row class with bound values; one frozen object per row, in order.

        Raises `WarehouseError` with the query's name, its SQL and its parameters when it fails.
        """
        text = statement(row.QUERY)
        try:
            for name in prepared_for(row.QUERY):
                if name not in self._prepared:
                    self._connection.execute(preparation(name, self._layout))
                    self._prepared.add(name)
            result = self._connection.execute(text, values or None)
            columns = [column[0] for column in result.description or []]
            records = result.fetchall()
        except duckdb.Error as error:
            given = ", ".join(f"{name}={value!r}" for name, value in sorted(values.items())) or "none"
            raise WarehouseError(
                Problem(
                    where=f"{self.path}: query {row.QUERY}",
                    what=f"{error}\nparameters: {given}\n{text}",
                    todo="The snapshot and this program may be of different releases: run `asrun run` again.",
                )
            ) from error
        return [row(**dict(zip(columns, record, strict=True))) for record in records]

    def connection(self) -> duckdb.DuckDBPyConnection:
        """The session itself, for the reading room's own modules."""
        return self._connection


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.is_file():
        raise WarehouseError(
            Problem(
                where=str(path),
                what="there is no published snapshot here.",
                todo="Run `asrun run` first, or look at [warehouse] snapshot in asrun.toml.",
            )
        )
    try:
        connection = duckdb.connect(str(path), read_only=True, config=_CONFIG)
    except duckdb.Error as error:
        raise WarehouseError(
            Problem(
                where=str(path),
                what=f"this file can't be opened as a DuckDB file: {_first_line(error)}",
                todo="Give the path of the snapshot; if it is that one, publish again with `asrun run`.",
            )
        ) from error
    _settle(connection)
    return connection


def _settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Instants in UTC, no progress bar among the rows, and nothing to be changed any more.

    Readers of one file in one program share its settings, which the first of them has locked.
    """
    for setting in ("GLOBAL TimeZone = 'UTC'", "enable_progress_bar = false", "lock_configuration = true"):
        try:
            connection.execute(f"SET {setting}")
        except duckdb.InvalidInputException:
            found = connection.execute("SELECT current_setting('TimeZone'), current_setting('lock_configuration')")
            if found.fetchone() != ("UTC", True):
                connection.close()
                raise


def _identity(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[int, str, int]:
    try:
        row: Any = connection.execute("SELECT schema_version, product, generation FROM schema_info").fetchone()
    except duckdb.Error:
        row = None
    if row is None or row[0] is None:
        raise WarehouseError(
            Problem(
                where=str(path),
                what="this DuckDB file is not a published snapshot: it has no schema_info.",
                todo="Give the path that [warehouse] snapshot in asrun.toml names.",
            )
        )
    if row[0] > latest_version("mart"):
        raise WarehouseError(
            Problem(
                where=str(path),
                what=f"the snapshot has table layout {row[0]} (written by {row[1]}); "
                f"this program reads up to layout {latest_version('mart')}.",
                todo="Update asrun, or publish the snapshot with this release.",
            )
        )
    return int(row[0]), str(row[1] or ""), int(row[2] or 0)


def _common_layout(connection: duckdb.DuckDBPyConnection, schema_version: int) -> int:
    """The newest layout that all processes have: one whose nights failed since an upgrade has the counts of none."""
    rows = connection.execute(
        "SELECT schema_name, list(view_name) FROM duckdb_views() WHERE starts_with(view_name, 'published_') "
        "GROUP BY schema_name"
    ).fetchall()
    lacking = [
        since - 1
        for since, view in COUNTS_SINCE.items()
        if any(f"published_{view}" not in views for _, views in rows if "published_cases" in views)
    ]
    return min([schema_version, *lacking])


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
