"""When the protection of a source changes: rows landed under the former rules go, or are protected where they lie."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.keys import row_key
from warehouse.landing.loads import next_generation
from warehouse.landing.protection import ColumnRule, Protection, noted_rules, protected_expression
from warehouse.landing.removing import LandedSource, landed_sources, purge_loads, rewriting_is_due
from warehouse.landing.shielding import make_text
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class _Former:
    """A load that stands under other rules than its source's."""

    load_id: int
    is_current: bool
    content_hash: str
    locator: str
    rules: str | None


def check_former(store: Store, process: str, source: str, protection: Protection, *, present: Collection[str]) -> None:
    """Refuse rules that loads whose files are gone can't be brought under: what was hashed can't be hashed otherwise.

    `present` are the content hashes of the files there are; those are landed anew. Call it before anything is landed.
    """
    problems = []
    for load in _former_loads(store, process, source, protection):
        if not load.is_current or load.content_hash in present:
            continue
        lost = sorted(_lost(load, protection))
        if lost:
            names = ", ".join(f"'{name}'" for name in lost)
            problems.append(
                Problem(
                    f"protect asks for another form of {names} than that in which this file was landed, and the file "
                    "is gone.",
                    load.locator,
                    "Bring the file back, or the former rule. Nothing was landed.",
                )
            )
    if problems:
        raise WarehouseError(*problems)


def bring_under(store: Store, process: ProcessSpec, source: str, protection: Protection, *, at: datetime) -> int:
    """Bring all loads of a source under its present rules; how many loads that concerned.

    Loads that serve no more lose their rows. Those that still serve, because their file is gone from an increment, are
    protected where they lie. Both files are then due for rewriting, so that nothing stays in free blocks.
    """
    found = _former_loads(store, process.name, source, protection)
    landed = next((each for each in landed_sources(store, process) if each.source.name == source), None)
    if not found or landed is None:
        return 0
    with store.transaction("landing"):
        for load in found:
            if load.is_current:
                _protect(store, landed, load, protection)
        purge_loads(store, [load.load_id for load in found if not load.is_current], at=at)
        rewriting_is_due(store, "landing", "mart")
        next_generation(store)
    return len(found)


def _former_loads(store: Store, process: str, source: str, protection: Protection) -> list[_Former]:
    rows = store.fetch_sql(
        "landing/former_loads",
        """
        SELECT l.load_id, l.is_current, l.content_hash, l.locator, l.protection
        FROM landing.main.landing_loads AS l
        JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND s.source = $source AND l.purged_at IS NULL
            AND l.protection IS DISTINCT FROM $rules
        ORDER BY l.load_id
        """,
        process=process,
        source=source,
        rules=protection.text,
    )
    return [_Former(*row) for row in rows]


def _lost(load: _Former, protection: Protection) -> set[str]:
    """The columns of a load that can't be brought under the present rules without the file."""
    noted, wanted = noted_rules(load.rules), noted_rules(protection.text)
    return {
        name
        for name, former in noted.items()
        if former[0] != "drop" and wanted.get(name) != former and wanted.get(name, ("",))[0] != "drop"
    }


def _protect(store: Store, landed: LandedSource, load: _Former, protection: Protection) -> None:
    """Protect the rows of one load where they lie, and their keys; the text of its unreadable rows goes."""
    noted, wanted = noted_rules(load.rules), noted_rules(protection.text)
    values: dict[str, object] = {}
    changes = []
    for name, (number, kind) in landed.columns.items():
        rule = protection.rule_of(name)
        if rule is None or noted.get(rule.column) == wanted[rule.column]:
            continue
        changes.append(f"c{number} = {_form(store, landed, number, kind, rule, values, protection)}")
    if changes:
        step = composed_step(
            "landing/protect_in_place", f"UPDATE {landed.table} SET {', '.join(changes)} WHERE load_id = $load_id"
        )
        store.run_step(step, {**values, "load_id": load.load_id})
        store.run_step(
            composed_step(
                "landing/key_in_place",
                f"UPDATE {landed.table} SET row_key = {row_key(landed.key_numbers)} "
                "WHERE load_id = $load_id AND row_key IS NOT NULL",
            ),
            {"load_id": load.load_id},
        )
    for name in (rule.column for rule in protection.rules if rule.action == "drop" and rule.column in landed.columns):
        store.run_step(
            composed_step(
                "landing/drop_in_place",
                "DELETE FROM landing_load_columns WHERE load_id = $load_id AND column_no = $number",
            ),
            {"load_id": load.load_id, "number": landed.columns[name][0]},
        )
    for sql in (
        "UPDATE unreadable_rows SET raw = NULL, value = NULL WHERE load_id = $load_id",
        "UPDATE held_rows SET value = NULL WHERE load_id = $load_id",
        "UPDATE landing_loads SET protection = $rules WHERE load_id = $load_id",
    ):
        store.run_step(composed_step("landing/note_in_place", sql), {"load_id": load.load_id, "rules": protection.text})


def _form(
    store: Store,
    landed: LandedSource,
    number: int,
    kind: str,
    rule: ColumnRule,
    values: dict[str, object],
    protection: Protection,
) -> str:
    if rule.action == "drop":
        return "NULL"
    expression, form = protected_expression(rule, f"c{number}", kind, values, protection.key)
    if form == "VARCHAR" != kind:
        make_text(store, landed.number, number, kind)
        expression, _ = protected_expression(rule, f"c{number}", "VARCHAR", values, protection.key)
    return expression
