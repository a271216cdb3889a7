"""The two working files, opened by one process at a time, with the session settings that results depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.empty_inserts import mend, written_table
from warehouse.errors import Problem, WarehouseError
from warehouse.mart.empty_views import EMPTY_VIEWS
from warehouse.migrations import migrate
from warehouse.sql_step import SqlStep, composed_step, execute, quoted, sql_step

_LOG_SIZE = "1GB"


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where the two files lie and what the engine may use (None: DuckDB's own choice)."""

    landing: Path
    mart: Path
    memory_limit: str | None = None
    threads: int | None = None


class Store:
    """landing.duckdb and mart.duckdb opened for writing.

    Use it as a context manager. Only one process can hold it; a second one gets a `WarehouseError` that says so.
    Transactions write to one of the two files at a time (DuckDB can't commit two together): landing first.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self.settings = settings
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._is_in_transaction = False

    def __enter__(self) -> Store:
        if self.settings not in _KEPT:
            self._connection = self._open()
            return self
        opened = _KEPT[self.settings]
        if opened is None:
            opened = _KEPT[self.settings] = self._open()
        # temp tables belong to the cursor, and go with it
        self._connection = opened.cursor()
        self._settle_session(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if kind is not None and self.settings in _KEPT:
            # an error may have made the open database unusable; the next store opens the files anew
            _close_kept(self.settings)

    def _open(self) -> duckdb.DuckDBPyConnection:
        for path in (self.settings.landing, self.settings.mart):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WarehouseError(Problem(f"can't make the folder: {error.strerror}.", str(path.parent))) from error
        connection = duckdb.connect(":memory:")
        self._connection = connection
        try:
            self._settle_session(connection)
            spill = self.settings.mart.parent / "spill"
            connection.execute("SET temp_directory = $folder", {"folder": str(spill)})
            connection.execute("SET allocator_background_threads = false")
            # what stages write is checkpointed once, when the files are closed; until then the log beside them holds it
            connection.execute(f"SET wal_autocheckpoint = '{_LOG_SIZE}'")
            if self.settings.memory_limit is not None:
                connection.execute("SET memory_limit = $limit", {"limit": self.settings.memory_limit})
            if self.settings.threads is not None:
                connection.execute("SET threads = $threads", {"threads": self.settings.threads})
            self._attach("landing", self.settings.landing)
            self._attach("mart", self.settings.mart)
            self._prepare("landing")
            self._prepare("mart")
        except BaseException:
            self.close()
            raise
        return connection

    def _settle_session(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        # ASOF joins to a table filled in the same transaction, whose size the planner does not know yet, would
        # else become nested loops over all pairs
        connection.execute("SET asof_loop_join_threshold = 0")

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open connection."""
        if self._connection is None:
            raise WarehouseError(Problem("the store is not open."))
        return self._connection

    def close(self) -> None:
        """Close both files, unless they are kept open; DuckDB checkpoints on the way."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _attach(self, name: str, path: Path) -> None:
        try:
            # ATTACH takes no bound values; the path is the operator's own and is quoted as a literal.
            literal = str(path).replace("'", "''")
            self.connection.execute(f"ATTACH '{literal}' AS {quoted(name)}")
        except duckdb.Error as error:
            text = str(error)
            if "lock" in text or "file handle conflict" in text:
                holder = re.search(r"PID (\d+)", text)
                who = f"process {holder.group(1)}" if holder else "another process"
                raise WarehouseError(
                    Problem(
                        f"the file is held by {who}.",
                        str(path),
                        "Wait until that run has ended, or stop it; analysts should open the snapshot instead.",
                    )
                ) from error
            raise WarehouseError(
                Problem(f"can't be opened: {text.splitlines()[0]}", str(path), "Nothing was changed.")
            ) from error

    def _prepare(self, name: str) -> None:
        """Lay out an empty file, bring an older one up to date; refuse one that a newer asrun wrote."""
        path = self.settings.landing if name == "landing" else self.settings.mart
        with self.transaction(name):
            done = migrate(self.connection, name, where=str(path))
            if name == "mart" and done:
                # a view that stands goes on until the process behind it runs again
                for view, sql in EMPTY_VIEWS.items():
                    self.connection.execute(f"CREATE VIEW IF NOT EXISTS {view} AS {sql}")

    def use(self, database: str, schema: str = "main") -> None:
        """Make unqualified names mean the tables of this schema."""
        self.connection.execute(f"USE {quoted(database)}.{quoted(schema)}")

    @contextmanager
    def transaction(self, database: str, schema: str = "main") -> Iterator[None]:
        """All or nothing, on one of the two files."""
        self.use(database, schema)
        self.connection.execute("BEGIN TRANSACTION")
        self._is_in_transaction = True
        try:
            yield
        except BaseException:
            self._is_in_transaction = False
            # a failed commit has already rolled back
            with suppress(duckdb.Error):
                self.connection.execute("ROLLBACK")
            raise
        self._is_in_transaction = False
        try:
            self.connection.execute("COMMIT")
        except duckdb.Error as error:
            raise WarehouseError(
                Problem(
                    f"the changes could not be written: {str(error).splitlines()[0]}",
                    str(self.settings.landing if database == "landing" else self.settings.mart),
                    "Make room on the disk; nothing of this step was kept, run again.",
                )
            ) from error

    def run(self, room: str, name: str, **values: Any) -> int:
        """Run the step warehouse/<room>/sql/<name>.sql; the number of rows that it wrote (0 where unknown)."""
        return self.run_step(sql_step(room, name), values)

    def run_step(self, step: SqlStep, values: Mapping[str, Any] | None = None) -> int:
        """Run a step; the number of rows that it wrote (0 where DuckDB doesn't tell)."""
        row = execute(self.connection, step, values).fetchone()
        if row is None or not isinstance(row[0], int):
            return 0
        if row[0] == 0 and self._is_in_transaction and self.settings.threads != 1:
            table = written_table(step.sql)
            if table is not None:
                mend(self.connection, table)
        return row[0]

    def fetch(self, room: str, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query step."""
        return execute(self.connection, sql_step(room, name), values).fetchall()

    def fetch_sql(self, name: str, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a short query that stands in the code, values bound."""
        return execute(self.connection, composed_step(name, sql), values).fetchall()

    def arrow(self, room: str, name: str, **values: Any) -> pa.Table:
        """The rows of a query step as an Arrow table."""
        return execute(self.connection, sql_step(room, name), values).to_arrow_table()

    @contextmanager
    def registered(self, name: str, table: pa.Table | pa.RecordBatchReader) -> Iterator[None]:
        """An Arrow table visible to SQL under a name, for the length of a block."""
        self.connection.register(name, table)
        try:
            yield
        finally:
            self.connection.unregister(name)


_KEPT: dict[StoreSettings, duckdb.DuckDBPyConnection | None] = {}


@contextmanager
def kept_open(settings: StoreSettings) -> Iterator[None]:
    """Let the stores of these files that are opened in the block, one after the other, share one open database.

    What a stage read and wrote is still in memory for the next, and the files are laid out and checkpointed once. At
    the end of the block the files are closed.
    """
    if settings in _KEPT:
        yield
        return
    _KEPT[settings] = None
    try:
        yield
    finally:
        _close_kept(settings)
        del _KEPT[settings]


def _close_kept(settings: StoreSettings) -> None:
    opened = _KEPT[settings]
    _KEPT[settings] = None
    if opened is not None:
        opened.close()


def arrow_table(columns: Mapping[str, tuple[pa.DataType, Sequence[Any]]]) -> pa.Table:
    """An Arrow table from typed columns; empty ones keep their type."""
    return pa.table({name: pa.array(values, type=kind) for name, (kind, values) in columns.items()})
