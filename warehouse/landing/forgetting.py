"""Forgetting somebody in landing: their rows of all loads go at once, and a keyed hash keeps them from coming back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.erasure import REPLACEMENT, Erasure, quotes
from warehouse.landing.forgotten_keys import forgotten_hash, landing_key
from warehouse.landing.keys import row_key
from warehouse.landing.loads import generation, next_generation
from warehouse.landing.removing import LandedSource, delete_rows, landed_sources, note_changes, rewriting_is_due
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class InLanding:
    """What landing holds of somebody.

    `rows` are theirs, in `cases` cases; `other_rows` hold the text elsewhere (of `unreadable` ones only the raw text is
    kept). `locators` are the files that brought any of these.
    """

    rows: int
    cases: int
    other_rows: int
    unreadable: int
    locators: tuple[str, ...]


def find_in_landing(store: Store, process: ProcessSpec, erasure: Erasure) -> InLanding:
    """Look for somebody in the landed rows of all loads, current or not. Cost: a scan of every text column."""
    rows = others = 0
    cases: set[str] = set()
    locators: set[str] = set()
    for landed in landed_sources(store, process):
        mine, other = _theirs(landed, erasure), _mentions(landed)
        found = store.fetch_sql(
            "forgetting/find",
            f"""
            SELECT count(*) FILTER ({mine}), count(*) FILTER (NOT {mine} AND {other}),
                list(DISTINCT {landed.case}) FILTER ({mine}),
                list(DISTINCT l.locator) FILTER ({mine} OR {other})
            FROM {landed.table} AS r JOIN landing.main.landing_loads AS l ON l.load_id = r.load_id
            """,
            **erasure.values,
        )[0]
        rows += found[0]
        others += found[1]
        cases |= {case for case in found[2] or () if case is not None}
        locators |= set(found[3] or ())
    unreadable, places = store.fetch_sql(
        "forgetting/find_unreadable",
        f"""
        SELECT count(*), list(DISTINCT l.locator) FROM landing.main.unreadable_rows AS u
        JOIN landing.main.landing_loads AS l USING (load_id) JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND {_UNREADABLE}
        """,
        **erasure.values,
    )[0]
    locators |= set(places or ())
    return InLanding(rows, len(cases), others, unreadable, tuple(sorted(locators)))


_UNREADABLE = (
    f"(coalesce({quotes('u.raw')}, false) OR coalesce({quotes('u.value')}, false) "
    "OR coalesce(regexp_matches(u.column_name, $pattern), false))"
)


def forget_in_landing(
    store: Store, process: ProcessSpec, erasure: Erasure, *, at: datetime, cases: int, events: int
) -> int:
    """Remove somebody from landing and note it, all or nothing; the number of the removal.

    `cases` and `events` are what the mart had of them, for the ledger. The removal stays unfinished until
    `finish_forgetting`. What is removed lies in free blocks until the file is rewritten.
    """
    with store.transaction("landing"):
        key = landing_key(store)
        number = int(
            store.fetch_sql("forgetting/next", "SELECT coalesce(max(forget_no), 0) + 1 FROM forgettings")[0][0]
        )
        for text in erasure.texts:
            store.run_step(
                composed_step(
                    "forgetting/key",
                    "INSERT INTO forgotten_keys VALUES ($number, $process, $kind, $hash) ON CONFLICT DO NOTHING",
                ),
                {
                    "number": number,
                    "process": erasure.process,
                    "kind": erasure.kind,
                    "hash": forgotten_hash(key, erasure.kind, text),
                },
            )
        change = generation(store) + 1
        rows = other_rows = 0
        for landed in landed_sources(store, process):
            rows += _remove(store, process.name, landed, erasure, change)
            if erasure.everywhere:
                other_rows += _blank(store, process.name, landed, erasure, change)
        _blank_texts(store, erasure)
        store.run_step(
            composed_step(
                "forgetting/ledger",
                """
                INSERT INTO forgettings
                    (forget_no, process, kind, asked_at, cases, events, "rows", other_rows, finished_at)
                VALUES ($number, $process, $kind, $at, $cases, $events, $rows, $other_rows, NULL)
                """,
            ),
            {
                "number": number,
                "process": erasure.process,
                "kind": erasure.kind,
                "at": at,
                "cases": cases,
                "events": events,
                "rows": rows,
                "other_rows": other_rows,
            },
        )
        rewriting_is_due(store, "landing", "mart")
        next_generation(store)
    return number


def drop_changes(store: Store, erasure: Erasure) -> None:
    """Take forgotten cases off the list of those to derive anew, once they have been."""
    if erasure.kind == "case":
        with store.transaction("landing"):
            store.run_step(
                composed_step(
                    "forgetting/drop_changes",
                    "DELETE FROM row_changes WHERE process = $process AND list_contains($texts::VARCHAR[], case_id)",
                ),
                erasure.values,
            )


def finish_forgetting(store: Store, process: str, *, at: datetime) -> None:
    """Note that every file has been rewritten: no removal of the process is half-way any more."""
    with store.transaction("landing"):
        store.run_step(
            composed_step(
                "forgetting/finish",
                "UPDATE forgettings SET finished_at = $at WHERE process = $process AND finished_at IS NULL",
            ),
            {"process": process, "at": at},
        )


def unfinished_forgettings(store: Store, process: str) -> int:
    """How many removals of a process were cut off before the last file was rewritten."""
    rows = store.fetch_sql(
        "forgetting/unfinished",
        "SELECT count(*) FROM landing.main.forgettings WHERE process = $process AND finished_at IS NULL",
        process=process,
    )
    return int(rows[0][0])


def _theirs(landed: LandedSource, erasure: Erasure) -> str:
    """The condition of somebody's rows."""
    if erasure.kind == "case":
        return _is_text(landed.case)
    names = [landed.text(name) for name in _resources(landed)]
    return " OR ".join(_is_text(text) for text in names if text is not None) or "false"


def _is_text(expression: str) -> str:
    return f"coalesce(list_contains($texts::VARCHAR[], {expression}), false)"


def _resources(landed: LandedSource) -> list[str]:
    source = landed.source
    if source.kind == "wide":
        return list(dict.fromkeys(step.resource for step in source.milestones if step.resource is not None))
    return [source.resource] if source.kind == "events" and source.resource is not None else []


def _mentions(landed: LandedSource) -> str:
    """The condition of rows that hold the text in any text column."""
    columns = [f"coalesce(regexp_matches(r.c{number}, $pattern), false)" for number in _texts(landed)]
    return f"({' OR '.join(columns)})" if columns else "false"


def _texts(landed: LandedSource) -> list[int]:
    return [number for number, kind in landed.columns.values() if kind == "VARCHAR"]


def _remove(store: Store, process: str, landed: LandedSource, erasure: Erasure, change: int) -> int:
    """Delete somebody's rows, or blank what of them is theirs; how many rows."""
    condition = f"({_theirs(landed, erasure)})"
    note_changes(store, process, landed, condition, erasure.values, change=change)
    if erasure.kind == "case" or (erasure.kind == "resource" and landed.source.kind == "events"):
        return delete_rows(store, landed, condition, erasure.values)
    changes: dict[int, list[str]] = {}
    for name, instant in _blanked(landed, erasure):
        text = landed.text(name)
        if text is not None:
            for column in (name, instant):
                if column is not None and column in landed.columns:
                    changes.setdefault(landed.columns[column][0], []).append(_is_text(text))
    return _update(
        store,
        landed,
        condition,
        erasure,
        [
            f"c{number} = CASE WHEN {' OR '.join(tests)} THEN NULL ELSE c{number} END"
            for number, tests in changes.items()
        ],
    )


def _blanked(landed: LandedSource, erasure: Erasure) -> list[tuple[str, str | None]]:
    """The resource columns to blank; of a wide table, with the instant of the step where the event itself goes."""
    source = landed.source
    if source.kind == "wide":
        with_step = erasure.kind == "resource"
        return [
            (step.resource, step.instant.column if with_step else None)
            for step in source.milestones
            if step.resource is not None
        ]
    return [(name, None) for name in _resources(landed)]


def _blank(store: Store, process: str, landed: LandedSource, erasure: Erasure, change: int) -> int:
    """Blank the text wherever else it stands; how many rows."""
    condition = _mentions(landed)
    note_changes(store, process, landed, condition, erasure.values, change=change)
    replaced = f"regexp_replace(r.{{0}}, $pattern, '{REPLACEMENT}', 'g')"
    changes = [f"c{number} = nullif({replaced.format(f'c{number}')}, '{REPLACEMENT}')" for number in _texts(landed)]
    return _update(store, landed, condition, erasure, changes)


def _update(store: Store, landed: LandedSource, condition: str, erasure: Erasure, changes: list[str]) -> int:
    """Change rows and then their keys: a key is a hash of what was there before."""
    if not changes:
        return 0

    def run(sql: str) -> int:
        return store.run_step(composed_step("forgetting/update", sql), erasure.values)

    run(
        f"CREATE OR REPLACE TEMP TABLE touched_rows AS SELECT r.load_id, r.row_number FROM {landed.table} AS r "
        f"WHERE {condition}"
    )
    chosen = "(r.load_id, r.row_number) IN (SELECT (load_id, row_number) FROM temp.touched_rows)"
    count = run(f"UPDATE {landed.table} AS r SET {', '.join(changes)} WHERE {chosen}")
    key = row_key(landed.key_numbers)
    run(f"UPDATE {landed.table} AS r SET row_key = {key} WHERE {chosen} AND row_key IS NOT NULL")
    run("DROP TABLE temp.touched_rows")
    return count


def _blank_texts(store: Store, erasure: Erasure) -> None:
    """What was noted of rows that could not be read, or are held back, loses its text where it names somebody."""
    mine = """
        load_id IN (
            SELECT l.load_id FROM landing_loads AS l JOIN landing_sources AS s USING (source_no)
            WHERE s.process = $process
        )
    """
    for sql in (
        f"""
        UPDATE unreadable_rows AS u SET raw = NULL, value = NULL,
            column_name = regexp_replace(u.column_name, $pattern, '{REPLACEMENT}', 'g')
        WHERE {mine} AND {_UNREADABLE}
        """,
        f"UPDATE held_rows SET value = NULL WHERE {mine} AND {quotes('value')}",
    ):
        store.run_step(composed_step("forgetting/texts", sql), erasure.values)
