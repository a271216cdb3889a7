"""Gates that look at all rows at hand together: patterns of names and instants, rows without use, odd columns."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.gates.settings import PATTERN_GATES, GateSettings
from warehouse.landing.loads import landed_columns
from warehouse.log.mapping import named_columns
from warehouse.mart.catalogue import schema_with
from warehouse.specification import InstantSpec, ProcessSpec, SourceSpec
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that a gate found: how many rows show it, and in words what it is."""

    gate: str
    rows: int
    found: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Rows that the mapping sets aside for one reason, with the first of them."""

    source_no: int
    reason: str
    rows: int
    load_id: int
    row_number: int
    column: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A way in which a column writes its instants (each digit as 0), with the rows that do."""

    source_no: int
    column: str
    shape: str
    rows: int


@dataclass(frozen=True, slots=True)
class InstantColumn:
    """A column that nothing maps and that holds instants."""

    source_no: int
    column: str


def find_patterns(store: Store, settings: GateSettings) -> tuple[Pattern, ...]:
    """Ask the pattern gates, one query each; most rows first within a gate.

    Where the instants are hours or days, ties tell nothing, and `form_events` isn't asked.
    """
    coarse = "SELECT avg(CAST(epoch_us(happened_at) % 3600000000 = 0 AS INTEGER)) >= 0.95 FROM temp.gate_rows"
    are_coarse = store.fetch_sql("gates/are_coarse", coarse) == [(True,)]
    found = []
    for gate in PATTERN_GATES:
        if gate == "form_events" and are_coarse:
            continue
        found += [Pattern(gate, rows, text) for rows, text in store.fetch("gates", gate, **settings.values())]
    return tuple(found)


def rejected(store: Store) -> tuple[Rejected, ...]:
    """The rows that the mapping sets aside, by source and reason."""
    return tuple(Rejected(*row) for row in store.fetch("gates", "rejected"))


def labels(store: Store) -> tuple[tuple[str, int], ...]:
    """The activities at hand with their rows, by name."""
    return tuple((name, rows) for name, rows in store.fetch("gates", "labels"))


def known_activities(store: Store, process: str) -> tuple[str, ...]:
    """Every activity that the log of a process ever had; empty before its first night."""
    schema = schema_with(store, process, "activities")
    if schema is None:
        return ()
    rows = store.fetch_sql("gates/known_activities", f"SELECT activity FROM {schema}.activities ORDER BY activity")
    return tuple(row[0] for row in rows)


def activities_at_hand(store: Store) -> tuple[str, ...]:
    """The activities of the mapped rows, by name."""
    rows = store.fetch_sql(
        "gates/activities_at_hand",
        "SELECT activity FROM temp.mapped_activities "
        "SEMI JOIN (SELECT DISTINCT activity_code FROM temp.mapped WHERE reject IS NULL) USING (activity_code) "
        "ORDER BY activity",
    )
    return tuple(row[0] for row in rows)


def shapes(store: Store, process: ProcessSpec, source_no: int, source: SourceSpec) -> tuple[Shape, ...]:
    """How the text columns of a source write their instants; a column with a format of its own has one shape only.

    Digits count as one, so do signs of a zone; fractions of a second may be there or not.
    """
    landed = landed_columns(store, process=process.name, source=source.name)
    found = []
    for spec in _instants(source):
        physical, kind = landed.get(spec.column, ("", ""))
        if kind != "VARCHAR" or spec.format is not None:
            continue
        rows = store.fetch_sql(
            "gates/shapes",
            f"""
            SELECT shape, CAST(sum(n) AS BIGINT) FROM (
                SELECT regexp_replace(
                    regexp_replace(replace(shape, 'T', ' '), '([ :]00:00)(:00)?([.,]0+)?', '\\1'),
                    '(Z|[+-]00(:?00)?)$', '+00'
                ) AS shape, n
                FROM (
                    SELECT translate(trim({physical}), '123456789', '000000000') AS shape, count(*) AS n
                    FROM landing.main.rows_{source_no}
                    WHERE load_id IN (SELECT load_id FROM temp.gate_loads) AND {physical} IS NOT NULL
                    GROUP BY 1 LIMIT 10000
                )
            )
            WHERE shape <> '' GROUP BY shape ORDER BY 2 DESC, 1
            """,
        )
        found += [Shape(source_no, spec.column, shape, rows_of) for shape, rows_of in rows]
    return tuple(found)


def _instants(source: SourceSpec) -> tuple[InstantSpec, ...]:
    specs = [source.completed, source.started, *(milestone.instant for milestone in source.milestones)]
    return tuple(spec for spec in specs if spec is not None)


def unmapped_instants(
    store: Store, process: ProcessSpec, source_no: int, source: SourceSpec
) -> tuple[InstantColumn, ...]:
    """Columns of a source that hold instants and that nothing maps: events may be hidden there.

    Text columns are told by their first thousand rows: nine of ten values read as a day with a time.
    """
    landed = landed_columns(store, process=process.name, source=source.name)
    mapped = set(named_columns(source))
    found = []
    for name, (physical, kind) in landed.items():
        if name in mapped or kind not in {"VARCHAR", "TIMESTAMP", "TIMESTAMPTZ"}:
            continue
        reads = "contains(text, ':') AND TRY_CAST(text AS TIMESTAMP) IS NOT NULL"
        test = reads if kind == "VARCHAR" else "true"
        rows = store.fetch_sql(
            "gates/unmapped_instants",
            f"""
            SELECT count(*), count(*) FILTER ({test}) FROM (
                SELECT trim(CAST({physical} AS VARCHAR)) AS text
                FROM landing.main.rows_{source_no}
                WHERE load_id IN (SELECT load_id FROM temp.gate_loads) AND {physical} IS NOT NULL LIMIT 1000
            )
            """,
        )
        values, instants = rows[0]
        if values >= 3 and instants >= 0.9 * values:
            found.append(InstantColumn(source_no, name))
    return tuple(found)
