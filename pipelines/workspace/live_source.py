"""Live sources in process.yaml: a database or a web interface that is asked each night.

Secrets never stand in process.yaml: a source names the environment variable or the Prefect Secret block that holds
them.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from pipelines.workspace.values import Duration, Names, Strict, as_list, parse_duration

EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
BlockName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,127}$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
_IDENTIFIER = re.compile(r"[^\W\d][\w$]{0,127}")
_TOKEN_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "host"})
Scalar = str | int | float | bool


def _table(value: str) -> str:
    parts = value.split(".")
    if len(parts) > 3 or not all(_IDENTIFIER.fullmatch(part) for part in parts):
        message = f"'{value}' is no name of a table; write schema.table, or a query for names with other signs in them"
        raise ValueError(message)
    return value


def _one_select(value: str) -> str:
    text = value.strip().rstrip(";").strip()
    if not re.match(r"(?is)(select|with)\b", text):
        message = "query: expected one SELECT"
        raise ValueError(message)
    if ";" in text:
        message = "query: expected one SELECT, without ';' in it"
        raise ValueError(message)
    return text


def _overlap(value: object) -> object:
    """A stretch of time, or of a counting cursor: a bare number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else parse_duration(value)


Table = Annotated[str, AfterValidator(_table)]
Select = Annotated[str, AfterValidator(_one_select)]
Overlap = Annotated[timedelta | int, BeforeValidator(_overlap)]


class Changes(Strict):
    """A change-log table: one row a change. `deleted` are the values of `operation` that delete the key's row.

    `order` is the column by which changes follow each other; the log is read from its last value on.
    """

    operation: str
    deleted: Annotated[tuple[bool | str | int, ...], BeforeValidator(as_list)] = Field(min_length=1)
    order: str


class _Database(Strict):
    """What databases have in common: where the address is kept, what is asked, and from where on."""

    url_env: EnvName | None = None
    url_block: BlockName | None = None
    table: Table | None = None
    query: Select | None = None
    cursor: str | None = None
    overlap: Overlap | None = None
    changes: Changes | None = None

    @model_validator(mode="after")
    def _complete(self) -> _Database:
        if (self.url_env is None) == (self.url_block is None):
            message = "give exactly one of 'url_env' and 'url_block'"
            raise ValueError(message)
        if (self.table is None) == (self.query is None):
            message = "give exactly one of 'table' and 'query'"
            raise ValueError(message)
        if self.changes is not None and self.cursor is not None:
            message = "a change log is read by changes.order; leave 'cursor' out"
            raise ValueError(message)
        if self.overlap is not None and self.cursor_column is None:
            message = "overlap: without 'cursor' the whole table is read each night, and nothing overlaps"
            raise ValueError(message)
        return self

    @property
    def cursor_column(self) -> str | None:
        """The column from whose last value on the source is read; None: whole, each night."""
        return self.changes.order if self.changes is not None else self.cursor


class PostgresSource(_Database):
    """A table or query of a PostgreSQL server, streamed in Arrow batches."""


class SqlSource(_Database):
    """A table or query of any database that SQLAlchemy reaches: the slow, general way."""


class Paging(Strict):
    """How a web interface hands out its pages.

    `page` counts pages and `offset` counts records, both in the parameter named; `cursor` gives back a token that
    stands in the body at `next`; `link` follows the address at `next` in the body, or in the Link header (RFC 8288).
    """

    by: Literal["page", "offset", "cursor", "link"]
    parameter: str | None = None
    first: int = Field(default=1, ge=0)
    size_parameter: str | None = None
    size: int | None = Field(default=None, ge=1, le=100_000)
    next: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Paging:
        if self.by == "cursor" and (self.next is None or self.parameter is None):
            message = "paging by cursor: expected 'next' (where the token stands in the body) and 'parameter'"
            raise ValueError(message)
        if self.by in {"page", "offset"} and self.next is not None:
            message = f"paging by {self.by}: 'next' belongs to cursor and link"
            raise ValueError(message)
        if self.size is not None and self.size_parameter is None and self.by in {"cursor", "link"}:
            message = "paging: 'size' needs 'size_parameter'"
            raise ValueError(message)
        return self


class UpdatedSince(Strict):
    """The parameter that asks only for what changed since an instant.

    `format`: iso (ISO 8601 in UTC), epoch (seconds), epoch_ms, or a strftime format, in UTC.
    """

    parameter: str
    format: str = "iso"


class HttpSource(Strict):
    """A JSON interface over HTTP, as service desks have them. Only the host of `url` is ever asked."""

    url: str
    records: str = ""
    paging: Paging | None = None
    updated_since: UpdatedSince | None = None
    cursor: str | None = None
    overlap: Duration | None = None
    params: dict[str, Scalar] = Field(default_factory=dict)
    headers: dict[HeaderName, str] = Field(default_factory=dict)
    token_env: EnvName | None = None
    token_block: BlockName | None = None
    token_header: HeaderName = "Authorization"  # noqa: S105  names, no secrets
    token_prefix: str = "Bearer"  # noqa: S105
    requests_per_second: float = Field(default=5.0, gt=0, le=1000)
    attempts: int = Field(default=5, ge=1, le=20)
    timeout: Duration = timedelta(seconds=30)
    longest_wait: Duration = timedelta(minutes=5)
    largest_response: int = Field(default=50_000_000, ge=1_000, le=1_000_000_000)
    most_pages: int = Field(default=100_000, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> HttpSource:
        problems = _address_problems(self.url)
        if self.token_env is not None and self.token_block is not None:
            problems.append("give at most one of 'token_env' and 'token_block'")
        secret = [name for name in self.headers if name.casefold() in _TOKEN_HEADERS]
        if secret:
            problems.append(f"headers: '{secret[0]}' does not stand here; a secret comes by token_env or token_block")
        if any(sign in value for value in self.headers.values() for sign in "\r\n"):
            problems.append("headers: a value holds a line break")
        if self.updated_since is None and (self.cursor is not None or self.overlap is not None):
            problems.append("cursor and overlap go with updated_since: without it everything is asked each night")
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _address_problems(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return ["url: expected an address as https://desk.example.org/api/tickets"]
    if parts.scheme not in {"http", "https"} or not has_host:
        return ["url: expected an address that begins with https:// or http://"]
    if parts.username is not None or parts.password is not None:
        return ["url: a name or password does not stand in the address; use token_env or token_block"]
    return []


class Deleted(Strict):
    """The rows that say that the row of their key is gone: a column and its values."""

    column: str
    among: Annotated[tuple[bool | str | int | float, ...], BeforeValidator(as_list)] = Field(alias="in", min_length=1)


LiveSource = PostgresSource | SqlSource | HttpSource


def live_problems(
    *,
    given: dict[str, object],
    live: LiveSource | None,
    key: Names,
    delivery_given: bool,
    deleted: Deleted | None,
    file_options: list[str],
) -> list[str]:
    """What does not fit together in a source. `given`: its places (files, postgres, sql, http), else None."""
    problems = []
    chosen = [name for name, place in given.items() if place is not None]
    if len(chosen) != 1:
        found = f"found {' and '.join(chosen)}" if chosen else "found none"
        problems.append(f"expected exactly one of {', '.join(given)}; {found}")
    if live is not None:
        problems += [f"'{option}' is about files, not about a live source" for option in file_options]
        if delivery_given:
            problems.append("'delivery' is about files: a live source with a cursor adds, one without is read whole")
        if isinstance(live, (PostgresSource, SqlSource)) and live.changes is not None:
            if not key:
                problems.append("changes: a change log needs the key of the rows that change")
            if deleted is not None:
                problems.append("deleted: a change log tells deletions by changes.deleted")
    if deleted is not None and not key:
        problems.append("deleted: needs the key of the rows that are deleted")
    return problems
