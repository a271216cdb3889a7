"""JSON interfaces over HTTP: page after page into a spool of flat records."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pipelines.live.answer import Answer, Asking
from pipelines.live.cursors import Cursor
from pipelines.live.failures import LiveFailure
from pipelines.live.secrets import Secret
from pipelines.live.spool import RecordSpool, flattened
from pipelines.live.web_client import Page, WebClient
from pipelines.workspace.live_source import HttpSource, Paging

_MOST_REPEATED = 3


def extract_web(
    source: HttpSource, token: Secret | None, asking: Asking, *, sleep: Callable[[float], None] = time.sleep
) -> Answer:
    """All records, page by page, into a file of JSON lines; nested objects become dotted names.

    A page that came before is left out and noted; three of them in a row, or a token or link that came before, mean
    that the paging goes in a circle. Memory: one page. Raises `LiveFailure`.
    """
    repeated = 0
    greatest: datetime | None = None
    with (
        WebClient(source, token, sleep=sleep) as client,
        RecordSpool(asking.folder / "answer.jsonl") as spool,
    ):
        seen: set[bytes] = set()
        repeated_in_a_row = 0
        for records in _pages(client, source, asking):
            print_of_page = hashlib.sha256(json.dumps(records, sort_keys=True).encode()).digest()
            if records and print_of_page in seen:
                repeated += 1
                repeated_in_a_row += 1
                if repeated_in_a_row >= _MOST_REPEATED:
                    raise LiveFailure(
                        f"the same page came {_MOST_REPEATED + 1} times: the paging goes in a circle. Look at 'paging'."
                    )
                continue
            repeated_in_a_row = 0
            seen.add(print_of_page)
            for record in records:
                flat = flattened(record)
                if source.cursor is not None:
                    greatest = _later(greatest, flat.get(source.cursor), source.cursor)
                spool.write(flat)
                if asking.limit is not None and spool.rows >= asking.limit:
                    return _answer(spool, greatest, repeated)
    return _answer(spool, greatest, repeated)


def _answer(spool: RecordSpool, greatest: datetime | None, repeated: int) -> Answer:
    notes = (f"{repeated} pages came twice and were left out",) if repeated else ()
    return Answer(
        path=spool.path if spool.rows else None,
        form="jsonl",
        rows=spool.rows,
        columns=tuple(spool.columns),
        cursor=None if greatest is None else Cursor("instant", greatest),
        notes=notes,
    )


def _later(former: datetime | None, value: object, column: str) -> datetime | None:
    if value is None or value == "":
        return former
    found: datetime | None = None
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            # seconds, or milliseconds: those of a year up to 5138 have eleven digits at most
            seconds = value / 1000 if abs(value) >= 1e11 else value
            found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise LiveFailure(f"the cursor field '{column}' is no instant (for example {str(value)[:40]!r}).")
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found if former is None or found > former else former


def _pages(client: WebClient, source: HttpSource, asking: Asking) -> Iterator[list[dict[str, Any]]]:
    """The records of each page, in order."""
    paging = source.paging
    address, params = _first(source)
    if source.updated_since is not None and asking.since is not None:
        params[source.updated_since.parameter] = _since(asking.since, source.updated_since.format)
    if paging is not None and paging.size is not None and paging.size_parameter is not None:
        params[paging.size_parameter] = paging.size
    position = 0 if paging is not None and paging.by == "offset" else paging.first if paging is not None else 0
    visited: set[str] = set()
    for _ in range(source.most_pages):
        if paging is not None and paging.by in {"page", "offset"}:
            params[paging.parameter or paging.by] = position
        page = client.page(address, params)
        records = _records(page.body, source.records)
        yield records
        if paging is None:
            return
        if paging.by in {"page", "offset"}:
            if not records or (paging.size is not None and len(records) < paging.size):
                return
            position += 1 if paging.by == "page" else len(records)
            continue
        following = _following(page, paging)
        if following is None:
            return
        if following in visited:
            what = "token" if paging.by == "cursor" else "link"
            raise LiveFailure(f"the same {what} to the next page came twice: the paging goes in a circle.")
        visited.add(following)
        if paging.by == "cursor":
            params[paging.parameter or "cursor"] = following
        else:
            # a link says it all: the parameters of the first page are in it
            address, params = client.next_address(address, following), {}
    raise LiveFailure(f"there are more than {source.most_pages:,} pages (most_pages).")


def _first(source: HttpSource) -> tuple[str, dict[str, Any]]:
    """The address without its query, and the query's parameters with those of the configuration."""
    parts = urlsplit(source.url)
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in source.params.items()}
    params: dict[str, Any] = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **given}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), params


def _following(page: Page, paging: Paging) -> str | None:
    if paging.next is None:
        return page.link
    found = _at(page.body, paging.next)
    if found is None or found is False or found == "":
        return None
    if isinstance(found, str | int) and not isinstance(found, bool):
        return str(found)
    raise LiveFailure(f"'{paging.next}' in the body is neither text nor a number.")


def _records(body: object, path: str) -> list[dict[str, Any]]:
    found = _at(body, path) if path else body
    if not isinstance(found, list):
        names = ", ".join(list(body)[:12]) if isinstance(body, dict) else type(body).__name__
        place = f"'{path}' in the body" if path else "the body"
        raise LiveFailure(f"{place} is no list of records; the body holds: {names}. Look at 'records'.")
    if any(not isinstance(record, dict) for record in found):
        raise LiveFailure("expected a list of objects; some records are none.")
    return found


def _at(body: object, path: str) -> object:
    for name in path.split("."):
        if not isinstance(body, dict) or name not in body:
            return None
        body = body[name]
    return body


def _since(since: Cursor, form: str) -> str:
    value = since.value
    if not isinstance(value, datetime):
        raise LiveFailure("the kept cursor is no instant.")
    instant = value.astimezone(UTC)
    if form == "iso":
        return instant.isoformat().replace("+00:00", "Z")
    if form in {"epoch", "epoch_ms"}:
        micros = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        return str(micros // (1_000_000 if form == "epoch" else 1_000))
    return instant.strftime(form)
