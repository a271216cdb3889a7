"""One host asked politely: a rate, retries with growing waits, Retry-After, bounded answers, and no other host."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from pipelines.live.failures import LiveFailure
from pipelines.live.secrets import Secret
from pipelines.workspace.live_source import HttpSource

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_MOST_TIMEOUTS = 10  # an answer that drips may take that many times the longest silence


@dataclass(frozen=True, slots=True)
class Page:
    """The body of one answer, and the address of the next page where the Link header names one."""

    body: Any
    link: str | None


class WebClient:
    """Asks one host for pages. `sleep` is replaced in tests; the clock that paces requests is monotonic."""

    def __init__(
        self, source: HttpSource, token: Secret | None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._source = source
        self._token = token
        self._sleep = sleep
        self._next_at = 0.0
        headers = {"Accept": "application/json", **source.headers}
        if token is not None:
            try:
                headers[source.token_header] = f"{source.token_prefix} {token.value}".strip()
                headers[source.token_header].encode("ascii")
            except UnicodeEncodeError:
                raise LiveFailure(f"the token in {token.name} holds signs that no header can.") from None
        seconds = source.timeout.total_seconds()
        self._client = httpx.Client(headers=headers, timeout=seconds, follow_redirects=False)

    def __enter__(self) -> WebClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def next_address(self, present: str, link: str) -> str:
        """The address that a page names as its next, made whole; `LiveFailure` where it leads to another host."""
        found = urljoin(present, link)
        if _origin(found) != _origin(self._source.url):
            raise LiveFailure(f"the next page lies on another host ({_host(found)}); only {self._host} is asked.")
        return found

    def page(self, address: str, params: dict[str, Any] | None) -> Page:
        """One page; what may pass is tried again. Raises `LiveFailure`."""
        for attempt in Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, LiveFailure) and error.is_passing),
            stop=stop_after_attempt(self._source.attempts),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        ):
            with attempt:
                return self._ask(address, params)
        raise AssertionError

    @property
    def _host(self) -> str:
        return _host(self._source.url)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.wait_seconds if isinstance(error, LiveFailure) else None
        grown: float = wait_exponential(multiplier=0.5, max=60)(state)
        return grown if asked is None else asked

    def _ask(self, address: str, params: dict[str, Any] | None) -> Page:
        for _ in range(_MOST_REDIRECTS + 1):
            self._pace()
            try:
                with self._client.stream("GET", address, params=params or None) as response:
                    if response.status_code not in _REDIRECTS:
                        return self._read(response, address)
                    location = response.headers.get("location", "")
            except httpx.TimeoutException:
                limit = self._source.timeout.total_seconds()
                raise LiveFailure(f"{self._host} did not answer within {limit:g} s.", is_passing=True) from None
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError):
                raise LiveFailure(f"{self._host} broke off in the middle of an answer.", is_passing=True) from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                told = f"{self._host} can't be reached ({type(error).__name__})."
                raise LiveFailure(told, is_passing=isinstance(error, httpx.TransportError)) from None
            target = urljoin(address, location)
            if _origin(target) != _origin(self._source.url):
                raise LiveFailure(f"{self._host} redirects to another host ({_host(target)}); that is not followed.")
            address, params = target, None
        raise LiveFailure(f"{self._host} redirects in a circle.")

    def _pace(self) -> None:
        now = time.monotonic()
        if now < self._next_at:
            self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self._source.requests_per_second

    def _read(self, response: httpx.Response, address: str) -> Page:
        code = response.status_code
        if code in _PASSING:
            wait = _retry_after(response)
            longest = self._source.longest_wait.total_seconds()
            if wait is not None and wait > longest:
                raise LiveFailure(
                    f"{self._host} answered {code} and wants {wait:,.0f} s of patience; longest_wait is {longest:g} s."
                )
            raise LiveFailure(f"{self._host} answered {code}.", is_passing=True, wait_seconds=wait)
        if code in {401, 403}:
            whose = f"the token in {self._token.name}" if self._token is not None else "no token (see token_env)"
            raise LiveFailure(f"{self._host} answered {code}: it does not accept {whose}.")
        if code != 200:
            raise LiveFailure(f"{self._host} answered {code} for {urlsplit(address).path or '/'}.")
        pieces, size = [], 0
        begun, patience = time.monotonic(), _MOST_TIMEOUTS * self._source.timeout.total_seconds()
        for piece in response.iter_bytes():
            size += len(piece)
            if size > self._source.largest_response:
                limit = self._source.largest_response
                raise LiveFailure(f"a page is larger than {limit:,} bytes (largest_response); ask for smaller pages.")
            if time.monotonic() - begun > patience:
                raise LiveFailure(f"{self._host} did not end its answer within {patience:g} s.", is_passing=True)
            pieces.append(piece)
        try:
            body = json.loads(b"".join(pieces))
        except (ValueError, RecursionError):
            raise LiveFailure(
                f"{self._host} answered with something that is no whole JSON ({size:,} bytes).", is_passing=True
            ) from None
        following = response.links.get("next", {}).get("url")
        return Page(body, following)


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ("", "", None)
    return (parts.scheme, (parts.hostname or "").rstrip("."), port)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or "nowhere"
    except ValueError:
        return "nowhere"


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds that the server wants; a date counts from the answer's own date, so no clock is needed."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        until, now = parsedate_to_datetime(text), parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, (_utc(until) - _utc(now)).total_seconds())


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
