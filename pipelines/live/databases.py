"""Any database that SQLAlchemy reaches: row by row from a cursor on the server, the slow and general way."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pipelines.live.answer import Answer, Asking
from pipelines.live.cursors import Cursor, cursor_of
from pipelines.live.failures import LiveFailure
from pipelines.live.secrets import Secret, hidden_parts, told_without
from pipelines.live.spool import RecordSpool
from pipelines.workspace.live_source import SqlSource

_BATCH_ROWS = 5_000
# one state of the database for the whole extraction, where the database knows how; others read in their own default
_SNAPSHOT_LEVELS = {"mysql": "REPEATABLE READ", "mariadb": "REPEATABLE READ", "postgresql": "REPEATABLE READ"}


def extract_database(source: SqlSource, address: Secret, asking: Asking, *, key: tuple[str, ...] = ()) -> Answer:
    """All rows of the table or query from the cursor on into a file of JSON lines.

    As `extract_postgres`, by any SQLAlchemy driver; every value is spooled as text, so a file of the rows' size is
    written. Memory: some thousand rows. Raises `LiveFailure`.
    """
    import sqlalchemy as sa

    hidden = hidden_parts(address.value)
    try:
        engine = sa.create_engine(address.value, poolclass=sa.pool.NullPool)
    except (sa.exc.SQLAlchemyError, ImportError, ValueError, TypeError) as error:
        raise LiveFailure(
            f"{address.name} is no address that SQLAlchemy can open: {told_without(str(error), hidden)}. Expected for "
            "example mysql+pymysql://user:password@host/database, and the driver installed."
        ) from None
    try:
        level = _SNAPSHOT_LEVELS.get(engine.dialect.name)
        options: dict[str, Any] = {"stream_results": True, "yield_per": _BATCH_ROWS}
        if level is not None:
            options["isolation_level"] = level
        with engine.connect().execution_options(**options) as connection:
            return _spool(connection.execute(_statement(source, asking, key, sa)), source, asking)
    except sa.exc.DBAPIError as error:
        is_passing = error.connection_invalidated or isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError))
        what = told_without(str(error.orig), hidden)
        refused = re.search(r"(?i)access denied|unknown database|doesn't exist|no such table|unknown column", what)
        raise LiveFailure(f"the database says: {what}.", is_passing=is_passing and refused is None) from None
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise LiveFailure(
            f"the database can't be asked: {told_without(str(error), hidden)}.", is_passing=isinstance(error, OSError)
        ) from None
    finally:
        engine.dispose()


def _statement(source: SqlSource, asking: Asking, key: tuple[str, ...], sa: Any) -> Any:
    if source.table is not None:
        *schema, name = source.table.split(".")
        # names are quoted as they stand: a table's name is not folded to small letters
        asked: Any = sa.table(sa.sql.quoted_name(name, True), schema=_schema(schema, sa))
    else:
        # a colon before a word would be a bound value; the line break ends a comment at the query's end
        query = re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", source.query or "")
        asked = sa.text(f"({query}\n) AS asked")
    statement = sa.select(sa.text("*")).select_from(asked)
    name_of = source.cursor_column
    if name_of is not None:
        at = _named(name_of, sa)
        if asking.since is not None:
            tests = [at >= sa.bindparam("since", _bound(asking.since)), at.is_(None)]
            if asking.also is not None:
                stretch = [at < sa.bindparam("also_until", _bound(asking.also.until))]
                if asking.also.since is not None:
                    stretch.append(at >= sa.bindparam("also_since", _bound(asking.also.since)))
                tests.append(sa.and_(*stretch))
            statement = statement.where(sa.or_(*tests))
        order = [at, *(_named(name, sa) for name in key if name != name_of)]
    else:
        order = [_named(name, sa) for name in key]
    statement = statement.order_by(*order) if order else statement
    return statement if asking.limit is None else statement.limit(asking.limit)


def _named(name: str, sa: Any) -> Any:
    return sa.column(sa.sql.quoted_name(name, True))


def _schema(parts: list[str], sa: Any) -> Any:
    return sa.sql.quoted_name(".".join(parts), len(parts) == 1) if parts else None


def _bound(since: Cursor) -> object:
    """The bound value: an instant goes as UTC without its zone, which most drivers can't bind."""
    value = since.value
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _spool(result: Any, source: SqlSource, asking: Asking) -> Answer:
    names = list(result.keys())
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LiveFailure(f"the query gives the column {', '.join(twice)} twice: name its columns with AS.")
    for name in (source.cursor_column, source.changes.operation if source.changes else None):
        if name is not None and name not in names:
            raise LiveFailure(f"there is no column '{name}'; columns found: {', '.join(names) or 'none'}.")
    at = names.index(source.cursor_column) if source.cursor_column is not None else None
    greatest: Cursor | None = None
    with RecordSpool(asking.folder / "answer.jsonl") as spool:
        for row in result:
            spool.write(dict(zip(names, row, strict=True)))
            if at is None:
                continue
            try:
                found = cursor_of(row[at])
            except ValueError as error:
                raise LiveFailure(f"the cursor column '{source.cursor_column}' holds text: {error}.") from None
            if found is not None and (greatest is None or found.value > greatest.value):  # type: ignore[operator]
                greatest = found
    path = spool.path if spool.rows else None
    return Answer(path=path, form="jsonl", rows=spool.rows, columns=tuple(names), cursor=greatest)
