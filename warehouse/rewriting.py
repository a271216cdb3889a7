"""Writing a DuckDB file afresh: what was deleted from it lies on in its free blocks until then."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.removing import rewriting_is_done
from warehouse.mart.dictionaries import pruning
from warehouse.store import Store, StoreSettings

_SUFFIXES = (".changing", ".rewriting")

Change = Callable[[duckdb.DuckDBPyConnection], None]
"""Changes the file that is attached, and in use, as `changing`."""


def rewrite_file(path: Path, *, change: Change | None = None, memory_limit: str | None = None) -> int:
    """Replace a DuckDB file, which no connection may have open, by a fresh copy of its tables; the new size in bytes.

    With `change` the copy is changed first, on a file of its own beside it. The swap is atomic: a crash leaves the old
    file or the new one, and at most stray files that `remove_strays` takes away. A reader that has the old file open
    goes on reading it. Raises `WarehouseError` where the disk or the file doesn't let it. Cost: reads and writes every
    table once.
    """
    changing, fresh = (path.with_name(path.name + suffix) for suffix in _SUFFIXES)
    remove_strays(path)
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET temp_directory = $folder", {"folder": str(path.parent / "spill")})
            if memory_limit is not None:
                connection.execute("SET memory_limit = $limit", {"limit": memory_limit})
            if change is None:
                connection.execute(f"ATTACH {_literal(path)} AS changing (READ_ONLY)")
            else:
                shutil.copyfile(path, changing)
                connection.execute(f"ATTACH {_literal(changing)} AS changing")
                change(connection)
            connection.execute(f"ATTACH {_literal(fresh)} AS fresh")
            connection.execute("USE memory")
            connection.execute("COPY FROM DATABASE changing TO fresh")
            connection.execute("DETACH fresh")
            connection.execute("DETACH changing")
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        size = fresh.stat().st_size
        # a write-ahead log of the former file would be replayed into the new one
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except (OSError, duckdb.Error) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        raise WarehouseError(
            Problem(
                f"the file can't be written afresh: {told}.",
                str(path),
                "The former file stands, what was removed may lie in it still. Mend that and run again.",
            )
        ) from error
    finally:
        remove_strays(path)
    return size


def write_afresh(settings: StoreSettings) -> None:
    """Write both working files afresh, which no store may have open, and note that it is done.

    Names in the mart that no row uses any more go on the way.
    """
    rewrite_file(settings.landing, memory_limit=settings.memory_limit)
    rewrite_file(settings.mart, change=pruning("changing"), memory_limit=settings.memory_limit)
    with Store(settings) as store:
        rewriting_is_done(store)


def remove_strays(path: Path) -> None:
    """Remove what a rewriting that was cut off left beside a file."""
    for suffix in _SUFFIXES:
        for name in (path.name + suffix, path.name + suffix + ".wal"):
            path.with_name(name).unlink(missing_ok=True)


def _literal(path: Path) -> str:
    # ATTACH takes no bound values; the path is the operator's own
    return "'" + str(path).replace("'", "''") + "'"
