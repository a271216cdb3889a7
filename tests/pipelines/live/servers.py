"""Databases of their own on the local servers, dropped afterwards; skipped where no server listens."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import pytest
import sqlalchemy as sa

POSTGRES = os.environ.get("ASRUN_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/postgres")
MARIADB = os.environ.get("ASRUN_TEST_MARIADB", "mysql+pymysql://root@127.0.0.1:3306/mysql")


def _missing(what: str, error: Exception, *, needed: bool) -> None:
    if needed and os.environ.get("CI") == "true":
        pytest.fail(f"{what} has to be there in CI: {error}")
    pytest.skip(f"no {what} listens here: {type(error).__name__}")


class Postgres:
    """A database on the local server; each statement commits, unless a connection of one's own is taken."""

    def __init__(self, url: str) -> None:
        self.url = url

    def connect(self) -> Any:
        return adbc.connect(self.url)

    def run(self, *statements: str) -> None:
        with adbc.connect(self.url, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with adbc.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()


@contextmanager
def postgres_database() -> Iterator[Postgres]:
    """A new PostgreSQL database."""
    name = f"asrun_test_{uuid.uuid4().hex[:12]}"
    try:
        with adbc.connect(POSTGRES, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    except adbc.Error as error:
        _missing("PostgreSQL server", error, needed=True)
    try:
        yield Postgres(f"{POSTGRES.rpartition('/')[0]}/{name}")
    finally:
        with adbc.connect(POSTGRES, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def mariadb_database() -> Iterator[str]:
    """The address of a new MariaDB database."""
    name = f"asrun_test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(MARIADB, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    except sa.exc.SQLAlchemyError as error:
        _missing("MariaDB server", error, needed=False)
    try:
        yield f"{MARIADB.rpartition('/')[0]}/{name}"
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name}"))
        engine.dispose()
