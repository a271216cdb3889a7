"""Compacting: a working file written anew without its dead rows, sorted where tables are appended, and swapped in."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.sql_step import quoted
from warehouse.store import Store, StoreSettings

# the tables of a process to which nights append the cases that they made anew
_ORDERS = {
    "events": "case_code, position",
    "instances": "case_code, instance",
    "cases": "case_code",
    "limit_checks": "case_code, limit_no, occurrence",
    "deviations": "case_code, identity_no, occurrence",
}
_PROCESS_SCHEMA = re.compile(r"p\d+")


@dataclass(frozen=True, slots=True)
class Compacted:
    """A file before and after, in bytes."""

    path: Path
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, slots=True)
class DeadSpace:
    """How much of the working files holds nothing any more: estimated bytes, and their share."""

    size: int
    share: float


def dead_space(store: Store) -> DeadSpace:
    """Estimate the dead space from what the engine counts anyway: blocks that are free, rows that are deleted.

    Cost: independent of the rows but for a count of each process's larger tables.
    """
    whole = dead = 0.0
    for name, path in (("landing", store.settings.landing), ("mart", store.settings.mart)):
        size = path.stat().st_size if path.exists() else 0
        blocks, free = store.fetch_sql(
            "compact/blocks",
            "SELECT total_blocks, free_blocks FROM pragma_database_size() WHERE database_name = $file",
            file=name,
        )[0]
        free_share = free / blocks if blocks else 0.0
        whole += size
        dead += size * (free_share + (1 - free_share) * (_dead_rows(store) if name == "mart" else 0.0))
    return DeadSpace(size=int(dead), share=dead / whole if whole else 0.0)


def _dead_rows(store: Store) -> float:
    """The share of deleted rows in the tables to which nights append."""
    tables = store.fetch_sql(
        "compact/appended",
        "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = 'mart' "
        "AND list_contains($names, table_name)",
        names=list(_ORDERS),
    )
    stored = alive = 0
    for schema, table, size in tables:
        if _PROCESS_SCHEMA.fullmatch(schema):
            stored += size
            alive += store.fetch_sql("compact/alive", f"SELECT count(*) FROM mart.{quoted(schema)}.{quoted(table)}")[0][
                0
            ]
    return 1 - alive / stored if stored > alive else 0.0


def compact_store(settings: StoreSettings) -> tuple[Compacted, ...]:
    """Write landing.duckdb and mart.duckdb anew without what is dead, each swapped in at once; which, with their sizes.

    No facts change, and the snapshot is not touched. Call it while nobody has the store open. A crash leaves each file
    as it was or as it is to be, and at most a stray copy that the next compacting removes. Raises `WarehouseError`
    where there is no room for the copies. Cost: a read and a write of both files, sorts of the tables by case.
    """
    with Store(settings):
        pass  # brings old layouts up to date, and leaves both files whole, without a write-ahead log
    return tuple(_compact(path, settings) for path in (settings.landing, settings.mart))


def _compact(path: Path, settings: StoreSettings) -> Compacted:
    copy = path.with_name(path.name + ".compact")
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        raise WarehouseError(
            Problem("the file has changes that are not checkpointed.", str(path), "Close every connection to it first.")
        )
    before = path.stat().st_size
    try:
        _remove(copy)
        _write_copy(path, copy, settings)
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        after = copy.stat().st_size
        copy.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except (OSError, duckdb.Error) as error:
        with contextlib.suppress(OSError):
            _remove(copy)
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        is_full = (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "No space" in told
        raise WarehouseError(
            Problem(
                f"the file could not be written anew: {told}. It stays as it was.",
                str(path),
                "Make room for a copy of it and try again." if is_full else "Mend that and try again.",
            )
        ) from error
    return Compacted(path=path, bytes_before=before, bytes_after=after)


def _remove(copy: Path) -> None:
    copy.unlink(missing_ok=True)
    copy.with_name(copy.name + ".wal").unlink(missing_ok=True)


def _write_copy(path: Path, copy: Path, settings: StoreSettings) -> None:
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        connection.execute("SET temp_directory = $folder", {"folder": str(settings.mart.parent / "spill")})
        if settings.memory_limit is not None:
            connection.execute("SET memory_limit = $limit", {"limit": settings.memory_limit})
        if settings.threads is not None:
            connection.execute("SET threads = $threads", {"threads": settings.threads})
        # ATTACH takes no bound values; the path is the operator's own and is quoted as a literal
        for name, place, how in (("former", path, " (READ_ONLY)"), ("fresh", copy, "")):
            literal = str(place).replace("'", "''")
            connection.execute(f"ATTACH '{literal}' AS {name}{how}")
        connection.execute("COPY FROM DATABASE former TO fresh (SCHEMA)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'former' ORDER BY ALL"
        ).fetchall()
        for schema, table in tables:
            name = f"{quoted(schema)}.{quoted(table)}"
            order = _ORDERS.get(table) if _PROCESS_SCHEMA.fullmatch(schema) else None
            connection.execute(
                f"INSERT INTO fresh.{name} SELECT * FROM former.{name}{f' ORDER BY {order}' if order else ''}"
            )
            counts = connection.execute(
                f"SELECT (SELECT count(*) FROM former.{name}), (SELECT count(*) FROM fresh.{name})"
            ).fetchone()
            if counts is None or counts[0] != counts[1]:
                raise WarehouseError(
                    Problem(
                        f"the copy of table {schema}.{table} has other rows than the table: {counts}.",
                        str(path),
                        "The file stays as it was; please report it.",
                    )
                )
        connection.execute("DETACH fresh")
    finally:
        connection.close()
