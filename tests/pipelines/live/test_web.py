"""A JSON interface that misbehaves in every way that service desks know."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.errors import BadInput
from pipelines.live.answer import Answer, Asking
from pipelines.live.extract import ask
from pipelines.workspace.live_source import HttpSource
from tests.pipelines.live.desks import landed, live_rows, live_workspace, loads, pulled

SIZE = 10


class Desk(BaseHTTPRequestHandler):
    """Hands out the server's `tickets` by page, offset, cursor or link; `faults` come first, one a request."""

    server: DeskServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.server.asked.append((parts.path, query, dict(self.headers)))
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault is not None and fault(self):
            return
        rows = self.server.tickets
        if "since" in query:
            rows = [row for row in rows if row["updated_at"] >= query["since"]]
        by = parts.path.rpartition("/")[2]
        number = int(query.get("page", 1)) - 1 if by == "page" else 0
        start = number * SIZE if by == "page" else int(query.get("at", 0))
        chosen = rows[start : start + SIZE]
        following = start + SIZE if start + SIZE < len(rows) else None
        headers, body = {}, {"data": {"items": chosen}, "meta": {}}
        if following is not None and by == "cursor":
            body["meta"] = {"next": str(following)}
        if following is not None and by in {"link", "header"}:
            link = f"/{by}?at={following}"
            body["meta"] = {"next": link} if by == "link" else {}
            headers = {"Link": f'<{self.server.url}{link}>; rel="next", </x>; rel="last"'} if by == "header" else {}
        self.answer(200, json.dumps(body).encode(), **headers)

    def answer(self, code: int, body: bytes, *, length: int | None = None, **headers: str) -> bool:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = length is not None
        return True


class DeskServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, count: int) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.tickets: list[dict[str, Any]] = [ticket(number) for number in range(count)]
        self.faults: list[Callable[[Desk], bool | None] | None] = []
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []


def ticket(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "ticket": f"T{number // 3}",
        "step": ("Register", "Examine", "Close")[number % 3],
        "done_at": f"2026-01-05T10:{number % 60:02d}:00Z",
        "agent": "Ann",
        "updated_at": f"2026-01-05T10:{number % 60:02d}:00Z",
        "customer": {"city": "Rome", "tags": ["a", "b"]},
        **changes,
    }


@pytest.fixture
def desk() -> Iterator[DeskServer]:
    server = DeskServer(25)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


PAGING: dict[str, dict[str, Any]] = {
    "page": {"by": "page"},
    "offset": {"by": "offset", "parameter": "at", "size_parameter": "limit", "size": SIZE},
    "cursor": {"by": "cursor", "parameter": "at", "next": "meta.next"},
    "link": {"by": "link", "next": "meta.next"},
    "header": {"by": "link"},
}


def options(desk: DeskServer, way: str, **more: Any) -> dict[str, Any]:
    return {
        "url": f"{desk.url}/{way}",
        "records": "data.items",
        "paging": PAGING[way],
        "requests_per_second": 1000,
        **more,
    }


def asked(
    desk: DeskServer, tmp_path: Path, way: str = "page", *, slept: list[float] | None = None, **more: Any
) -> Answer:
    source = HttpSource(**options(desk, way, **more))
    waits = slept if slept is not None else []
    return ask(source, Asking(tmp_path), where="desk", environ={"TOKEN": "geh3im"}, sleep=waits.append)


def rows_of(answer: Answer) -> list[dict[str, Any]]:
    assert answer.path is not None
    return [json.loads(line) for line in answer.path.read_text().splitlines()]


@pytest.mark.parametrize("way", PAGING)
def test_every_way_of_paging_brings_every_record_once(desk: DeskServer, tmp_path: Path, way: str) -> None:
    rows = rows_of(asked(desk, tmp_path, way))
    assert [row["id"] for row in rows] == list(range(25))
    assert rows[0]["customer.city"] == "Rome"
    assert rows[0]["customer.tags"] == '["a", "b"]'


@pytest.mark.parametrize("way", PAGING)
def test_what_passes_is_asked_again(desk: DeskServer, tmp_path: Path, way: str) -> None:
    desk.faults = [
        lambda d: d.answer(429, b"", Retry_After="7"),
        None,
        lambda d: d.answer(500, b"oops"),
        lambda d: d.answer(200, b'{"data": {"items": [{"id": 1}, {"i'),
        lambda d: d.answer(200, b'{"data"', length=500),
    ]
    slept: list[float] = []
    assert len(rows_of(asked(desk, tmp_path, way, slept=slept))) == 25
    assert slept[0] == 7.0
    waits = [wait for wait in slept[1:] if wait > 0.1]
    assert len(waits) == 3
    assert waits == sorted(waits)


def test_retry_after_may_be_a_date_and_has_a_limit(desk: DeskServer, tmp_path: Path) -> None:
    dated = {"Retry_After": "Mon, 05 Jan 2099 10:00:30 GMT", "Date": "Mon, 05 Jan 2099 10:00:00 GMT"}

    def limited(handler: Desk) -> bool:
        handler.date_time_string = lambda timestamp=None: dated["Date"]  # type: ignore[method-assign]
        return handler.answer(429, b"", Retry_After=dated["Retry_After"])

    desk.faults = [limited]
    slept: list[float] = []
    asked(desk, tmp_path, slept=slept)
    assert slept[0] == 30.0
    desk.faults = [lambda d: d.answer(503, b"", Retry_After="86400")]
    with pytest.raises(BadInput, match="86,400 s of patience"):
        asked(desk, tmp_path)


def test_attempts_are_bounded(desk: DeskServer, tmp_path: Path) -> None:
    desk.faults = [lambda d: d.answer(500, b"")] * 50
    with pytest.raises(BadInput, match="answered 500"):
        asked(desk, tmp_path, attempts=3)
    assert len(desk.asked) == 3


def test_a_page_that_comes_twice_is_left_out_and_told(desk: DeskServer, tmp_path: Path) -> None:
    again = json.dumps({"data": {"items": desk.tickets[:10]}, "meta": {}}).encode()
    desk.faults = [None, lambda d: d.answer(200, again)]
    desk.tickets = desk.tickets[:10] * 1 + desk.tickets[:10] + desk.tickets[10:]
    answer = asked(desk, tmp_path)
    assert [row["id"] for row in rows_of(answer)] == list(range(25))
    assert answer.notes == ("1 pages came twice and were left out",)


@pytest.mark.parametrize("way", PAGING)
def test_a_circle_is_told(desk: DeskServer, tmp_path: Path, way: str) -> None:
    for_ever = json.dumps({"data": {"items": desk.tickets[:10]}, "meta": {"next": "/link?at=10"}}).encode()
    link = f'<{desk.url}/header?at=10>; rel="next"'
    desk.faults = [lambda d: d.answer(200, for_ever, Link=link)] * 50
    with pytest.raises(BadInput, match="circle"):
        asked(desk, tmp_path, way)
    assert len(desk.asked) < 6


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_other_host_is_ever_asked(desk: DeskServer, tmp_path: Path, status: int) -> None:
    other = DeskServer(3)
    threading.Thread(target=other.serve_forever, args=(0.05,), daemon=True).start()
    try:
        desk.faults = [lambda d: d.answer(status, b"", Location=f"{other.url}/page")]
        with pytest.raises(BadInput, match="redirects to another host"):
            asked(desk, tmp_path, token_env="TOKEN")
        away = json.dumps({"data": {"items": []}, "meta": {"next": f"{other.url}/link?at=0"}}).encode()
        desk.faults = [lambda d: d.answer(200, away)]
        with pytest.raises(BadInput, match="another host"):
            asked(desk, tmp_path, "link", token_env="TOKEN")
        assert other.asked == []
    finally:
        other.shutdown()
        other.server_close()


def test_a_redirect_within_the_host_is_followed(desk: DeskServer, tmp_path: Path) -> None:
    desk.faults = [lambda d: d.answer(302, b"", Location="/page?page=1")]
    assert len(rows_of(asked(desk, tmp_path))) == 25


def test_a_slow_answer_is_asked_again(desk: DeskServer, tmp_path: Path) -> None:
    def slow(handler: Desk) -> None:
        time.sleep(0.6)

    desk.faults = [slow]
    assert len(rows_of(asked(desk, tmp_path, timeout="0.3s"))) == 25
    desk.faults = [slow] * 9
    with pytest.raises(BadInput, match=r"did not answer within 0\.3 s"):
        asked(desk, tmp_path, timeout="0.3s", attempts=2)


def test_answers_are_bounded_and_have_to_fit(desk: DeskServer, tmp_path: Path) -> None:
    desk.faults = [lambda d: d.answer(200, b'"' + b"x" * 5_000 + b'"')]
    with pytest.raises(BadInput, match="larger than 2,000 bytes"):
        asked(desk, tmp_path, largest_response=2_000)
    with pytest.raises(BadInput, match="no list of records; the body holds: data, meta"):
        asked(desk, tmp_path, records="items")
    desk.faults = [lambda d: d.answer(404, b"")]
    with pytest.raises(BadInput, match="answered 404 for /page"):
        asked(desk, tmp_path)


def test_the_token_goes_with_each_request_and_into_no_message(desk: DeskServer, tmp_path: Path) -> None:
    asked(desk, tmp_path, "link", token_env="TOKEN")
    assert {headers["Authorization"] for _, _, headers in desk.asked} == {"Bearer geh3im"}
    desk.faults = [lambda d: d.answer(401, b"geh3im")]
    with pytest.raises(BadInput, match="does not accept the token in TOKEN") as caught:
        asked(desk, tmp_path, token_env="TOKEN")
    assert "geh3im" not in str(caught.value)


def test_the_rate_is_kept(desk: DeskServer, tmp_path: Path) -> None:
    slept: list[float] = []
    asked(desk, tmp_path, slept=slept, requests_per_second=2)
    assert len(slept) == 3  # four requests: three pages, and the empty one behind them
    assert all(0.2 < wait <= 2.0 for wait in slept)


@pytest.mark.parametrize("cursor", [None, "updated_at"])
def test_nights_ask_for_what_changed_since(desk: DeskServer, tmp_path: Path, cursor: str | None) -> None:
    more = {"updated_since": {"parameter": "since"}, "overlap": "5m"}
    place = {"http": options(desk, "link", **more, **({"cursor": cursor} if cursor else {}))}
    live_workspace(tmp_path, place, key=["id"])
    at = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
    assert pulled(tmp_path, at=at).rows_landed == 25
    desk.tickets[3] = ticket(3, agent="Bob", updated_at="2026-01-05T10:40:00Z")
    desk.tickets.append(ticket(40))
    desk.asked.clear()
    assert pulled(tmp_path, at=at.replace(hour=11)).rows_landed == 2
    # from the latest row that was seen (10:24), or from the former extraction (10:30), less the overlap
    assert desk.asked[0][1]["since"] == ("2026-01-05T10:19:00Z" if cursor else "2026-01-05T10:25:00Z")
    rows = {row[0]: row[1:] for row in live_rows(tmp_path, "id", "agent", "customer.city")}
    assert len(rows) == 26
    assert rows["3"] == ("Bob", "Rome")
    desk.tickets.clear()
    assert pulled(tmp_path, at=at.replace(hour=12)).rows_landed == 0
    assert [landed_rows for _, landed_rows, _ in loads(tmp_path)] == [25, 2, 0]


def test_an_interface_that_breaks_off_lands_nothing(desk: DeskServer, tmp_path: Path) -> None:
    live_workspace(tmp_path, {"http": options(desk, "cursor", attempts=1)}, key=["id"])
    pulled(tmp_path)
    before = landed(tmp_path, "id")
    desk.tickets.append(ticket(30))
    desk.faults = [None, lambda d: d.answer(500, b"")]
    with pytest.raises(BadInput, match="answered 500"):
        pulled(tmp_path)
    assert landed(tmp_path, "id") == before
    pulled(tmp_path)
    assert len(landed(tmp_path, "id")) == 26
