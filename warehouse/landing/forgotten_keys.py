"""Who was forgotten, as keyed hashes: enough to leave out what later deliveries bring of them, and nothing to read."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.erasure import Kind
from warehouse.landing.protection import plain_text
from warehouse.sql_step import composed_step
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class PeopleColumns:
    """The columns of a source that name people: its case, and its resources.

    A resource comes with the instant of its step where the step is a column of a wide table, else with None.
    """

    case: str
    resources: tuple[tuple[str, str | None], ...] = ()


def forgotten_hash(key: bytes, kind: Kind, text: str) -> str:
    """The keyed hash under which somebody is kept as forgotten."""
    return hashlib.sha256(key + f"{kind}:{text}".encode()).hexdigest()


def landing_key(store: Store) -> bytes:
    """The random key of the hashes, made on first use (inside the caller's transaction on landing)."""
    rows = store.fetch_sql("landing/secret", "SELECT key FROM landing.main.landing_secret")
    if rows:
        return bytes(rows[0][0])
    key = secrets.token_bytes(64)
    store.run_step(composed_step("landing/new_secret", "INSERT INTO landing_secret VALUES ($secret)"), {"secret": key})
    return key


def forgotten_kinds(store: Store, process: str) -> frozenset[str]:
    """The kinds (case, resource, name) of which a process has forgotten somebody."""
    rows = store.fetch_sql(
        "landing/forgotten_kinds",
        "SELECT DISTINCT kind FROM landing.main.forgotten_keys WHERE process = $process",
        process=process,
    )
    return frozenset(row[0] for row in rows)


def is_known(store: Store, process: str, kind: Kind, text: str) -> bool:
    """Whether somebody was forgotten already."""
    found = store.fetch_sql("landing/secret", "SELECT key FROM landing.main.landing_secret")
    if not found:
        return False
    return bool(
        store.fetch_sql(
            "landing/is_forgotten",
            "SELECT 1 FROM landing.main.forgotten_keys WHERE process = $process AND kind = $kind AND key = $hash",
            process=process,
            kind=kind,
            hash=forgotten_hash(bytes(found[0][0]), kind, text),
        )
    )


def is_forgotten(expression: str, kind: Kind) -> str:
    """A condition: the trimmed text belongs to somebody forgotten. Binds $secret_forgotten and $process."""
    hashed = f"sha256($secret_forgotten || encode('{kind}:' || {expression}))"
    listed = f"SELECT key FROM landing.main.forgotten_keys WHERE process = $process AND kind = '{kind}'"
    return f"coalesce({hashed} IN ({listed}), false)"


def without_forgotten(
    columns: Sequence[tuple[str, str, str]], people: PeopleColumns, kinds: frozenset[str]
) -> tuple[tuple[tuple[str, str, str], ...], list[str]]:
    """Incoming columns (name, expression, landed type) with names blanked, and the conditions of rows to leave out.

    A resource that was forgotten takes its row along; in a wide table, its step's instant and name.
    """
    kinds_of = {name: (expression, kind) for name, expression, kind in columns}
    skipped: list[str] = []
    blanked: dict[str, list[str]] = {}
    if "case" in kinds and people.case in kinds_of:
        skipped.append(is_forgotten(plain_text(*kinds_of[people.case]), "case"))
    for resource, instant in people.resources:
        if resource not in kinds_of:
            continue
        text = plain_text(*kinds_of[resource])
        if "resource" in kinds:
            condition = is_forgotten(text, "resource")
            if instant is None:
                skipped.append(condition)
            else:
                blanked.setdefault(instant, []).append(condition)
                blanked.setdefault(resource, []).append(condition)
        if "name" in kinds:
            blanked.setdefault(resource, []).append(is_forgotten(text, "name"))
    result = []
    for name, expression, kind in columns:
        conditions = blanked.get(name)
        if conditions:
            result.append((name, f"CASE WHEN NOT ({' OR '.join(conditions)}) THEN {expression} END", kind))
        else:
            result.append((name, expression, kind))
    return tuple(result), skipped
