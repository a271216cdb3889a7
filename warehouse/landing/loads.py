"""The loads of a source: which there are, and which of them make up the source as it stands now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.sql_step import composed_step
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class KnownLoad:
    """A load that the landing store already has.

    `undone_by`: the undoing that set it aside; `brought_back_by`: the one that made it current again.
    """

    load_id: int
    content_hash: str
    reading: str
    is_current: bool
    locator: str = ""
    undone_by: str | None = None
    brought_back_by: str | None = None

    @property
    def content(self) -> tuple[str, str]:
        """What tells it from others: the hash of its bytes and how they are read."""
        return self.content_hash, self.reading


def known_loads(store: Store, *, process: str, source: str) -> tuple[KnownLoad, ...]:
    """The loads of a source, oldest first."""
    rows = store.fetch_sql(
        "landing/known_loads",
        """
        SELECT l.load_id, l.content_hash, l.reading, l.is_current, l.locator, l.undone_by, l.brought_back_by
        FROM landing.main.landing_loads AS l
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND s.source = $source
        ORDER BY l.load_id
        """,
        process=process,
        source=source,
    )
    return tuple(KnownLoad(*row) for row in rows)


def standing_loads(
    known: Sequence[KnownLoad], *, contents: Collection[tuple[str, str]], delivery: str
) -> frozenset[int]:
    """Which of a source's known loads make it up, when it now delivers these (content hash, reading) pairs.

    A `full` delivery is exactly these; an `increment` adds them to all that came before (the same bytes read in another
    way replace the older reading). A load that was undone stays out. What an undoing brought back stays in while the
    source still delivers what was undone in its place; where nothing was, until something new comes.
    """
    found = set(contents)
    hashes = {content_hash for content_hash, _ in found}
    has_news = bool(found - {load.content for load in known})
    standing = set()
    for load in known:
        if load.undone_by is not None:
            continue
        if delivery == "increment" and load.content_hash not in hashes:
            stands = load.is_current
        else:
            stands = load.content in found
        if not stands and load.is_current and load.brought_back_by is not None:
            undone = [each for each in known if each.undone_by == load.brought_back_by]
            instead = [each for each in undone if each.locator == load.locator] or undone
            stands = any(each.content in found for each in instead) if instead else not has_news
        if stands:
            standing.add(load.load_id)
    return frozenset(standing)


def set_current(
    store: Store,
    *,
    process: str,
    source: str,
    contents: Sequence[tuple[str, str]],
    delivery: str,
    run_id: str | None = None,
) -> bool:
    """Say which loads make up the source as it stands now, by `standing_loads`; whether that changed anything.

    `run_id` is the run that found these contents, for the ledger.
    """
    known = known_loads(store, process=process, source=source)
    standing = standing_loads(known, contents=contents, delivery=delivery)
    changed = [(load.load_id, not load.is_current) for load in known if load.is_current != (load.load_id in standing)]
    if not changed:
        return False
    with store.transaction("landing"):
        for load_id, current in changed:
            store.run_step(
                composed_step(
                    "landing/set_current",
                    "UPDATE landing_loads SET is_current = $current, brought_back_by = NULL WHERE load_id = $load_id",
                ),
                {"current": current, "load_id": load_id},
            )
        next_generation(store)
        note_load_changes(store, run_id, changed)
    return True


def note_load_changes(store: Store, run_id: str | None, changed: Sequence[tuple[int, bool]]) -> None:
    """Write down which loads became current (True) or stopped being so.

    Within the transaction that changes them, after `next_generation`.
    """
    for load_id, became_current in changed:
        store.run_step(
            composed_step(
                "landing/note_load_change",
                "INSERT INTO load_changes SELECT generation, $run_id, $load_id, $became_current FROM schema_info",
            ),
            {"run_id": run_id, "load_id": load_id, "became_current": became_current},
        )


def generation(store: Store) -> int:
    """How often the landed rows changed."""
    return int(store.fetch_sql("landing/generation", "SELECT generation FROM landing.main.schema_info")[0][0])


def next_generation(store: Store) -> None:
    """Count one more change of the landed rows; within the transaction that changes them."""
    store.run_step(composed_step("landing/next_generation", "UPDATE schema_info SET generation = generation + 1"))


def landed_columns(store: Store, *, process: str, source: str, only_current: bool = True) -> dict[str, tuple[str, str]]:
    """The columns of a source's current loads, or of all: name -> (physical column, type). Empty: nothing landed."""
    rows = store.fetch_sql(
        "landing/landed_columns",
        """
        SELECT c.name, 'c' || c.column_no, c.type
        FROM landing.main.landing_columns AS c
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND s.source = $source AND c.column_no IN (
            SELECT n.column_no FROM landing.main.landing_load_columns AS n
            JOIN landing.main.landing_loads AS l USING (load_id)
            WHERE l.source_no = s.source_no AND (l.is_current OR NOT $only_current)
        )
        ORDER BY c.column_no
        """,
        process=process,
        source=source,
        only_current=only_current,
    )
    return {name: (column, kind) for name, column, kind in rows}


def source_number(store: Store, *, process: str, source: str) -> int | None:
    """The number of a source in the catalogue; None where nothing was landed yet."""
    rows = store.fetch_sql(
        "landing/find_source",
        "SELECT source_no FROM landing.main.landing_sources WHERE process = $process AND source = $source",
        process=process,
        source=source,
    )
    return int(rows[0][0]) if rows else None


def extraction_instant(store: Store, *, process: str, sources: Sequence[str]) -> datetime | None:
    """The instant up to which the live ones of these sources were asked; None where there are none.

    The latest of them: what a case did up to then is known as far as any source tells.
    """
    rows = store.fetch_sql(
        "landing/extraction_instant",
        """
        SELECT max(l.complete_to)
        FROM landing.main.landing_loads AS l
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND list_contains($sources, s.source) AND l.is_current
        """,
        process=process,
        sources=list(sources),
    )
    found: datetime | None = rows[0][0]
    return found
