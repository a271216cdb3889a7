"""Pull, the live part: a source is asked to the end, then its answer is landed and its cursor moved in one commit."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.compiling.process import drift_rule
from pipelines.compiling.protection import people_columns
from pipelines.errors import BadInput, Problem
from pipelines.live.again import Again, asked_again
from pipelines.live.answer import Answer, Asking
from pipelines.live.cursors import Cursor, moved, parse_cursor
from pipelines.live.extract import ask, locator_of
from pipelines.planning.stage import digest
from pipelines.stages.outcome import Night
from pipelines.stages.shield import Shield, shield_notes
from pipelines.workspace.live_source import HttpSource, LiveSource
from pipelines.workspace.process_file import Source
from warehouse.landing.content import Content, JsonLines, LoadOrigin, ParquetFile
from warehouse.landing.land import land
from warehouse.landing.live import LiveRows, StoredCursor, content_identity, land_live, last_cursor, note_complete
from warehouse.landing.loads import known_loads, set_current
from warehouse.specification import Interval
from warehouse.store import Store

ASKING_VERSION = 1
_SPOOL = "live-answer-"


@dataclass(frozen=True, slots=True)
class LivePull:
    """What one live source brought; `whole` is the content that has to be made current, for a source read whole."""

    rows_landed: int
    rows_read: int
    notes: tuple[str, ...]
    whole: tuple[str, str] | None = None


def reading_of(source: Source, live: LiveSource) -> str:
    """What the identity of landed rows hangs on: the key; without one the whole row, and so all that is asked."""
    asked = "" if source.key else _asked(live)
    return digest(("live", source.key, source.keep_duplicates, asked, ASKING_VERSION))


def _asked(live: LiveSource) -> str:
    """A fingerprint of what is asked, without the secrets and without how patiently."""
    if isinstance(live, HttpSource):
        return digest((live.url, live.records, sorted(live.params.items()), live.updated_since, live.cursor))
    return digest((live.url_env, live.url_block, live.table, live.query, live.cursor_column, live.changes))


def clear_spools(root: Path) -> None:
    """Remove what a killed extraction left behind; nobody else works beside the night that holds the store."""
    for folder in root.glob(f"{_SPOOL}*"):
        shutil.rmtree(folder, ignore_errors=True)


def pull_live(
    store: Store,
    night: Night,
    shield: Shield,
    name: str,
    source: Source,
    *,
    root: Path,
    interval: Interval | None = None,
    limit: int | None = None,
) -> LivePull:
    """Ask a live source and land its answer; raises `BadInput` or `WarehouseError`, and then nothing is landed.

    A source with a cursor is asked from its kept cursor less the overlap on; rows that were landed are not landed
    again, and the rows and the new cursor are committed together. One without is read whole: equal content is not
    landed again, and the caller makes the content current when all sources went well. `interval` is asked for again
    besides, of a source with a cursor. `limit` is for trials only.
    """
    live = source.live
    if live is None:
        message = "the source is files"
        raise ValueError(message)
    process = shield.process.name
    where = f"process {process}, source {name}"
    protection = shield.protection(name)
    reading = reading_of(source, live)
    if protection is not None:
        # other protection, other rows
        reading = digest((reading, protection.text))
    asked = _asked(live)
    stored = None
    if source.brings == "increment":
        stored = last_cursor(store, process=process, source=name, reading=reading, asking=asked)
    again = asked_again(live, _since(live, stored, where), interval, time_zone=shield.process.time_zone)
    with tempfile.TemporaryDirectory(dir=root, prefix=_SPOOL) as folder:
        asking = Asking(Path(folder), again.since, limit, again.also)
        answer = ask(live, asking, where=where, environ=os.environ, key=source.key)
        origin = LoadOrigin(
            process=process,
            source=name,
            locator=locator_of(live),
            content_hash="",
            reading=reading,
            key=source.key,
            run_id=night.run_id,
            complete_to=night.started_at,
            protection=protection,
            people=people_columns(source),
        )
        if source.brings == "full":
            return _land_whole(store, night, source, answer, origin)
        pulled = _land_increment(store, night, source, answer, origin, stored=stored, again=again)
    if again.note is None:
        return pulled
    return replace(pulled, notes=(*pulled.notes, f"source {name}: {again.note}; it was asked as on any night"))


def _since(live: LiveSource, stored: StoredCursor | None, where: str) -> Cursor | None:
    if stored is None:
        return None
    try:
        return parse_cursor(stored.kind, stored.value).before(live.overlap)
    except ValueError as error:
        raise BadInput(Problem(f"overlap: {error}.", where)) from None


def _land_whole(store: Store, night: Night, source: Source, answer: Answer, origin: LoadOrigin) -> LivePull:
    content = _content(answer)
    identity = "rows:none" if content is None else content_identity(store, content, origin)
    whole = (identity, origin.reading)
    known = known_loads(store, process=origin.process, source=origin.source)
    # what was undone is asked again, and stands by what the source says now
    if any(load.content == whole and load.undone_by is None for load in known):
        return LivePull(rows_landed=0, rows_read=answer.rows, notes=answer.notes, whole=whole)
    named = _with_hash(origin, identity)
    drift = drift_rule(source, is_sparse=source.http is not None)
    result = land(store, content, named, loaded_at=night.started_at, is_current=False, drift=drift)
    return LivePull(result.rows_landed, answer.rows, (*answer.notes, *result.notes, *shield_notes(result)), whole)


def make_whole_current(store: Store, night: Night, process: str, name: str, pulled: LivePull) -> None:
    """Let the content of a source that is read whole stand for it, as of tonight's extraction."""
    if pulled.whole is None:
        return
    set_current(store, process=process, source=name, contents=[pulled.whole], delivery="full", run_id=night.run_id)
    note_complete(store, process=process, source=name, complete_to=night.started_at)


def _land_increment(
    store: Store,
    night: Night,
    source: Source,
    answer: Answer,
    origin: LoadOrigin,
    *,
    stored: StoredCursor | None,
    again: Again,
) -> LivePull:
    live = source.live
    former = None if stored is None else parse_cursor(stored.kind, stored.value)
    seen = answer.cursor
    column: str | None
    if isinstance(live, HttpSource):
        column = live.cursor
        if column is None:
            # without a field to go by, the extraction itself is the cursor
            seen = Cursor("instant", night.started_at)
    else:
        column = None if live is None else live.cursor_column
    cursor = moved(former, seen, asked_at=night.started_at)
    rows = LiveRows(
        is_keyed=bool(source.key),
        asking=_asked(live) if live is not None else "",
        is_change_log=not isinstance(live, HttpSource) and live is not None and live.changes is not None,
        keep_duplicates=source.keep_duplicates,
        kind=None if cursor is None else cursor.kind,
        value=None if cursor is None else cursor.text,
        continued_from=None if stored is None else stored.load_id,
        since_column=column,
        since=None if again.earliest is None else again.earliest.text,
    )
    # each extraction is a content of its own, whatever it holds
    told = f"{origin.process} {origin.source} {night.run_id} {'' if again.since is None else again.since.text}"
    named = _with_hash(origin, f"asked:{hashlib.sha256(told.encode()).hexdigest()}")
    drift = drift_rule(source, is_sparse=source.http is not None)
    result = land_live(store, _content(answer), named, rows, loaded_at=night.started_at, drift=drift)
    return LivePull(result.rows_landed, answer.rows, (*answer.notes, *result.notes, *shield_notes(result)))


def _content(answer: Answer) -> Content | None:
    if answer.path is None:
        return None
    return ParquetFile(answer.path) if answer.form == "parquet" else JsonLines(answer.path)


def _with_hash(origin: LoadOrigin, content_hash: str) -> LoadOrigin:
    return replace(origin, content_hash=content_hash)
