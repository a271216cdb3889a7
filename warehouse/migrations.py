"""The layout of the two files as numbered SQL: a new file runs them all, an older one those that it lacks.

A file's `schema_version` is the number of the last migration that it has. Migrations only go forward; what one of them
did is never edited afterwards, so that a new file and one that grew up are the same.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib.resources import files

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.sql_step import quoted

_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a file's layout: `warehouse/<database>/migrations/<number>_<name>.sql`."""

    number: int
    name: str
    sql: str


@functools.cache
def migrations(database: str) -> tuple[Migration, ...]:
    """The migrations of landing or mart, in order."""
    found = []
    for entry in files("warehouse").joinpath(database, "migrations").iterdir():
        match = _NAME.fullmatch(entry.name)
        if match is not None:
            found.append(Migration(int(match[1]), match[2], entry.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.number))


def latest_version(database: str) -> int:
    """The `schema_version` that this program writes."""
    return migrations(database)[-1].number


def layout(database: str, *, up_to: int | None = None) -> str:
    """The SQL of a new file, whole or up to a version."""
    chosen = (each for each in migrations(database) if up_to is None or each.number <= up_to)
    return "\n".join(migration.sql for migration in chosen)


def migrate(connection: duckdb.DuckDBPyConnection, database: str, *, where: str) -> tuple[Migration, ...]:
    """Bring the attached file `database` to the latest layout; what was done.

    Call it inside a transaction with the file in use: a crash leaves the former layout. Raises `WarehouseError` for a
    file that a newer program wrote; `where` names it in the message.
    """
    present = _version(connection, database)
    latest = latest_version(database)
    if present > latest:
        raise WarehouseError(
            Problem(
                f"the {database} file has schema version {present}, this asrun writes version {latest}.",
                where,
                "Use the asrun that wrote it, or move the file away and run again.",
            )
        )
    missing = tuple(each for each in migrations(database) if each.number > present)
    for migration in missing:
        connection.execute(migration.sql)
        if migration.number == 1:
            connection.execute("INSERT INTO schema_info (schema_version, product, generation) VALUES (1, 'asrun', 0)")
    if missing:
        connection.execute("UPDATE schema_info SET schema_version = $version", {"version": latest})
    return missing


def _version(connection: duckdb.DuckDBPyConnection, database: str) -> int:
    # asking for the row costs a tenth of a look through the catalogue, and each store that is opened asks
    try:
        row = connection.execute(f"SELECT schema_version FROM {quoted(database)}.main.schema_info").fetchone()
    except duckdb.CatalogException:
        return 0
    return int(row[0]) if row else 0
