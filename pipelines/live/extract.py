"""Asking a live source, whichever kind it is: its secrets, its retries, its failures in the words of the house."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from pipelines.errors import BadInput, Problem
from pipelines.live.answer import Answer, Asking
from pipelines.live.databases import extract_database
from pipelines.live.failures import LiveFailure
from pipelines.live.postgres import extract_postgres
from pipelines.live.secrets import read_secret
from pipelines.live.web import extract_web
from pipelines.workspace.live_source import HttpSource, LiveSource, PostgresSource

_ATTEMPTS = 3


def locator_of(source: LiveSource) -> str:
    """How a live source is named in ledgers and messages: what is asked, never a secret."""
    if isinstance(source, HttpSource):
        parts = urlsplit(source.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"
    kind = "postgres" if isinstance(source, PostgresSource) else "sql"
    return f"{kind}:{source.url_env or source.url_block}:{source.table or 'query'}"


def ask(
    source: LiveSource,
    asking: Asking,
    *,
    where: str,
    environ: Mapping[str, str],
    key: tuple[str, ...] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """The whole answer of a live source in a spool file. What may pass is tried again: databases three times from the
    start, web interfaces page by page. Raises `BadInput` that names the source, never a secret.
    """
    place = f"{where}, {locator_of(source)}"
    try:
        if isinstance(source, HttpSource):
            token = None
            if source.token_env is not None or source.token_block is not None:
                token = read_secret(env=source.token_env, block=source.token_block, environ=environ, where=place)
            return extract_web(source, token, asking, sleep=sleep)
        address = read_secret(env=source.url_env, block=source.url_block, environ=environ, where=place)
        for attempt in Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, LiveFailure) and error.is_passing),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential(multiplier=0.5, max=10),
            sleep=sleep,
            reraise=True,
        ):
            with attempt:
                if isinstance(source, PostgresSource):
                    return extract_postgres(source, address, asking, key=key)
                return extract_database(source, address, asking, key=key)
    except LiveFailure as error:
        raise BadInput(
            Problem(error.what, place, "Nothing of it was landed; the source stays as it was after the last run.")
        ) from None
    except OSError as error:
        raise BadInput(
            Problem(f"the answer can't be spooled: {error.strerror or error}.", place, "Nothing of it was landed.")
        ) from None
    raise AssertionError
