"""From landed columns to named ones: the one place where SQL is composed from a process's mapping.

Identifiers come from the catalogue of landed columns; every text of the configuration is bound as a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.loads import landed_columns, source_number
from warehouse.log.composing import Composer, attribute_type, within_reason
from warehouse.log.zones import local_spans_table
from warehouse.specification import AttributeSpec, ProcessSpec, SourceSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def named_columns(source: SourceSpec) -> tuple[str, ...]:
    """Every column that a source's mapping names, once, in order."""
    instants = [spec.column for spec in (source.completed, source.started) if spec is not None]
    milestones = [name for m in source.milestones for name in (m.instant.column, m.resource) if name is not None]
    single = [source.lifecycle, source.instance, source.resource, source.role, source.order]
    names = [source.case, *source.activity, *instants, *milestones]
    names += [name for name in single if name is not None]
    names += [*source.key, *(f.column for f in source.filters), *(a.column for a in source.attributes)]
    return tuple(dict.fromkeys(names))


def check_columns(store: Store, process: ProcessSpec) -> None:
    """Raise `WarehouseError` with every mapped column that its source doesn't have, and those that it has."""
    problems: list[Problem] = []
    for source in process.sources:
        columns = landed_columns(store, process=process.name, source=source.name)
        known = ", ".join(columns) or "none"
        problems.extend(
            Problem(
                f"the mapping names the column '{name}', which the source does not have.",
                f"process {process.name}, source {source.name}",
                f"Columns found: {known}.",
            )
            for name in named_columns(source)
            if name not in columns
        )
    if problems:
        raise WarehouseError(*problems)


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """Rows that a mapping can't use, by reason and column, with an example of the value found."""

    reason: str
    column: str
    rows: int
    example: str | None


@dataclass(frozen=True, slots=True)
class MappedRows:
    """What a mapping makes of the landed rows."""

    rows: int
    cases: int
    duplicates: int
    activities: tuple[str, ...]
    rejected: tuple[RejectedRows, ...]


def rejected_rows(store: Store) -> tuple[RejectedRows, ...]:
    """What `map_rows` could not use, most frequent reason first."""
    rows = store.fetch_sql(
        "log/rejected_rows",
        """
        SELECT reject_reason, coalesce(reject_column, ''), count(*) AS n,
            first(reject_value ORDER BY load_id, row_number)
        FROM temp.mapped_rows WHERE reject_reason IS NOT NULL
        GROUP BY reject_reason, reject_column ORDER BY n DESC, reject_reason, reject_column
        """,
    )
    return tuple(RejectedRows(*row) for row in rows)


def try_mapping(store: Store, process: ProcessSpec) -> MappedRows:
    """Map the current loads and say what came of it; nothing is kept. Raises `WarehouseError` as `check_columns`."""
    check_columns(store, process)
    map_rows(store, process)
    rows, cases, duplicates = store.fetch_sql(
        "log/try_mapping",
        """
        SELECT count(*), count(DISTINCT case_id), (SELECT count(*) FROM temp.duplicate_rows)
        FROM temp.mapped_rows WHERE reject_reason IS NULL
        """,
    )[0]
    activities = store.fetch_sql(
        "log/try_activities",
        "SELECT DISTINCT activity FROM temp.mapped_rows WHERE reject_reason IS NULL ORDER BY activity",
    )
    return MappedRows(
        rows=rows,
        cases=cases,
        duplicates=duplicates,
        activities=tuple(row[0] for row in activities),
        rejected=rejected_rows(store),
    )


def map_rows(store: Store, process: ProcessSpec, *, only_chosen: bool = False) -> None:
    """Fill the temp tables `mapped_rows` and `mapped_case_rows` from the current loads of all sources.

    `only_chosen`: from the landed rows in `temp.chosen_rows` (source_no, load_id, row_number) instead, whether their
    load is current or not.

    Rows that repeat an earlier one are left out and counted (`duplicate_rows`); a row that can't be used carries
    its reason in `reject_reason`. Cost: one scan of the landed rows and a grouping of their keys.
    """
    connection = store.connection
    event_attributes = process.attributes("event")
    case_attributes = process.attributes("case")
    extra = [f"e{i} {attribute_type(spec)}" for i, spec in enumerate(event_attributes)]
    extra += [f"k{i} {attribute_type(spec)}" for i, spec in enumerate(case_attributes)]
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE mapped_rows (
            source_no INTEGER, load_id INTEGER, row_number BIGINT, case_id VARCHAR, activity VARCHAR,
            lifecycle VARCHAR, instance_key VARCHAR, started_at TIMESTAMPTZ, completed_at TIMESTAMPTZ,
            resource VARCHAR, role VARCHAR, order_number DOUBLE, order_text VARCHAR, started_note VARCHAR,
            completed_note VARCHAR, by_lifecycle BOOLEAN, reject_reason VARCHAR, reject_column VARCHAR,
            reject_value VARCHAR
            {"".join(f", {column}" for column in extra)}
        )
        """
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE mapped_case_rows (
            source_no INTEGER, load_id INTEGER, row_number BIGINT, case_id VARCHAR
            {"".join(f", {column}" for column in extra if column.startswith("k"))}
        )
        """
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE duplicate_rows (source_no INTEGER, load_id INTEGER, row_number BIGINT)"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE filtered_rows (source_no INTEGER, row_count BIGINT)")
    for source in process.sources:
        _map_source(store, process, source, event_attributes, case_attributes, only_chosen=only_chosen)


def _map_source(
    store: Store,
    process: ProcessSpec,
    source: SourceSpec,
    event_attributes: tuple[AttributeSpec, ...],
    case_attributes: tuple[AttributeSpec, ...],
    *,
    only_chosen: bool,
) -> None:
    number = source_number(store, process=process.name, source=source.name)
    if number is None:
        return
    if not only_chosen:
        _find_duplicates(store, source, number)
    columns = landed_columns(store, process=process.name, source=source.name)
    rows = _chosen_rows(number) if only_chosen else _current_rows(number)
    _count_filtered(store, process, source, number, columns, rows)
    indexes = range(len(source.milestones)) if source.kind == "wide" else (None,)
    for index in indexes:
        _insert_mapped(store, process, source, number, columns, event_attributes, case_attributes, index, rows)


def _current_rows(number: int) -> str:
    """The rows of a source's current loads that stand behind no other, as a FROM clause."""
    return f"""
        FROM landing.main.rows_{number} AS r
        JOIN landing.main.landing_loads AS l ON l.load_id = r.load_id AND l.is_current
        WHERE NOT EXISTS (
            SELECT 1 FROM temp.duplicate_rows AS d
            WHERE d.source_no = {number} AND d.load_id = r.load_id AND d.row_number = r.row_number
        )
    """


def _chosen_rows(number: int) -> str:
    """The rows of a source that stand in `temp.chosen_rows`, as a FROM clause."""
    return f"""
        FROM landing.main.rows_{number} AS r
        JOIN temp.chosen_rows AS c
            ON c.source_no = {number} AND c.load_id = r.load_id AND c.row_number = r.row_number
    """


def _count_filtered(
    store: Store,
    process: ProcessSpec,
    source: SourceSpec,
    number: int,
    columns: dict[str, tuple[str, str]],
    rows: str,
) -> None:
    """Count the current rows that the source's filters leave out, so that nothing goes in silence."""
    if not source.filters:
        return
    compose = Composer(columns=columns, source=source, process=process.name)
    condition = " AND ".join(f"({compose.condition(spec)})" for spec in source.filters)
    store.run_step(
        composed_step(
            f"log/filtered_rows/{source.name}",
            f"""
            INSERT INTO temp.filtered_rows
            SELECT {number}, count(*) FILTER (NOT ({condition}))
            {rows}
            """,
        ),
        compose.values,
    )


def _find_duplicates(store: Store, source: SourceSpec, number: int) -> None:
    """Note the current rows that stand behind another row of the same key.

    With a declared key the latest load's row stands (a correction); without one the first row stands. A source
    that keeps duplicates has them only across loads of an increment: the n-th copy in one load is the n-th copy
    in another.
    """
    order = "load_id DESC, row_number DESC" if source.key else "load_id, row_number"
    current = f"""
        SELECT r.load_id, r.row_number, r.row_key
        FROM landing.main.rows_{number} AS r
        JOIN landing.main.landing_loads AS l ON l.load_id = r.load_id AND l.is_current
    """
    if source.keep_duplicates and not source.key:
        if source.delivery != "increment":
            return
        ranked = f"""
            SELECT *, row_number() OVER (PARTITION BY row_key, load_id ORDER BY row_number) AS ordinal FROM ({current})
        """
        partition = "row_key, ordinal"
    else:
        ranked = current
        partition = "row_key"
    qualified = ", ".join(f"c.{name}" for name in partition.split(", "))
    store.run_step(
        composed_step(
            "log/duplicate_rows",
            f"""
            INSERT INTO temp.duplicate_rows
            WITH repeated AS (
                SELECT {partition} FROM ({ranked}) GROUP BY {partition} HAVING count(*) > 1
            )
            SELECT {number}, load_id, row_number
            FROM (
                SELECT c.load_id, c.row_number,
                    row_number() OVER (PARTITION BY {qualified} ORDER BY {order}) AS copy
                FROM ({ranked}) AS c SEMI JOIN repeated USING ({partition})
            )
            WHERE copy > 1
            """,
        )
    )


def _insert_mapped(
    store: Store,
    process: ProcessSpec,
    source: SourceSpec,
    number: int,
    columns: dict[str, tuple[str, str]],
    event_attributes: tuple[AttributeSpec, ...],
    case_attributes: tuple[AttributeSpec, ...],
    milestone_index: int | None,
    rows: str,
) -> None:
    compose = Composer(columns=columns, source=source, process=process.name)
    own: dict[tuple[str, str], AttributeSpec] = {(a.of, a.name): a for a in source.attributes}
    attributes: dict[str, str] = {}
    for prefix, kind, specs in (("e", "event", event_attributes), ("k", "case", case_attributes)):
        for index, spec in enumerate(specs):
            mine = own.get((kind, spec.name))
            if mine is not None:
                attributes[f"{prefix}{index}"] = compose.attribute(mine)
    if source.kind == "cases":
        picked = {name: value for name, value in attributes.items() if name.startswith("k")}
        selected = {"source_no": str(number), "load_id": "r.load_id", "row_number": "r.row_number"}
        selected |= {"case_id": compose.text(source.case), **picked}
        _run_insert(store, "mapped_case_rows", rows, compose, selected, condition="true")
        _set_aside_case_rows(store, source)
        return
    selected = {"source_no": str(number), "load_id": "r.load_id", "row_number": "r.row_number"}
    selected["case_id"] = compose.text(source.case)
    condition = "true"
    if milestone_index is not None:
        milestone = source.milestones[milestone_index]
        selected["activity"] = compose.bind(milestone.activity)
        completed, note = compose.instant(milestone.instant)
        selected |= {"completed_at": completed, "completed_note": note, "order_number": str(milestone_index)}
        instants = [("completed_at", milestone.instant.column)]
        if milestone.resource is not None:
            selected["resource"] = compose.text(milestone.resource)
        # an empty milestone has not been reached; that is no fault of the row
        condition = f"({compose.text(milestone.instant.column)}) IS NOT NULL"
    else:
        parts = [compose.text(name) for name in source.activity]
        selected["activity"] = (
            parts[0]
            if len(parts) == 1
            else f"nullif(concat_ws({compose.bind(source.activity_separator)}, {', '.join(parts)}), '')"
        )
        instants = []
        for target, instant in (("started", source.started), ("completed", source.completed)):
            if instant is not None:
                selected[f"{target}_at"], selected[f"{target}_note"] = compose.instant(instant)
                instants.append((f"{target}_at", instant.column))
        if source.lifecycle is not None:
            selected["lifecycle"] = f"lower({compose.text(source.lifecycle)})"
            selected["by_lifecycle"] = "true"
        for target, name in (("instance_key", source.instance), ("resource", source.resource), ("role", source.role)):
            if name is not None:
                selected[target] = compose.text(name)
        if source.order is not None:
            selected["order_number"] = f"TRY_CAST({compose.text(source.order)} AS DOUBLE)"
            selected["order_text"] = compose.text(source.order)
    selected |= attributes
    raw = {target: (column, compose.text(column)) for target, column in instants}
    _run_insert(store, "mapped_rows", rows, compose, selected, condition=condition, raw=raw)


def _set_aside_case_rows(store: Store, source: SourceSpec) -> None:
    """Rows of a case table that name no case go where all rejected rows go."""
    store.run_step(
        composed_step(
            f"log/case_rows_without_case/{source.name}",
            """
            INSERT INTO temp.mapped_rows (source_no, load_id, row_number, reject_reason, reject_column)
            SELECT source_no, load_id, row_number, 'case_missing', $column
            FROM temp.mapped_case_rows WHERE case_id IS NULL
            """,
        ),
        {"column": source.case},
    )
    store.run_step(composed_step("log/case_rows_kept", "DELETE FROM temp.mapped_case_rows WHERE case_id IS NULL"))


def _run_insert(
    store: Store,
    table: str,
    rows: str,
    compose: Composer,
    selected: dict[str, str],
    *,
    condition: str,
    raw: dict[str, tuple[str, str]] | None = None,
) -> None:
    filters = [compose.condition(spec) for spec in compose.source.filters]
    where = " AND ".join(["true", *filters])
    chosen = ", ".join(f"{expression} AS {name}" for name, expression in selected.items())
    raws = ", ".join(f"{text} AS raw_{target}" for target, (_, text) in (raw or {}).items())
    relation = f"""
        SELECT r.* {"".join(", " + local for local in compose.locals)}
        {rows}
    """
    inner = f"""
        SELECT {chosen} {", " + raws if raws else ""}
        FROM ({relation}) AS r {" ".join(compose.joins)}
        WHERE {where} AND {condition}
    """
    targets = list(selected)
    if table == "mapped_rows":
        reason, column, value = _reject_expressions(compose, selected, raw or {})
        inner = (
            f"SELECT *, {reason} AS reject_reason, {column} AS reject_column, {value} AS reject_value FROM ({inner})"
        )
        targets += ["reject_reason", "reject_column", "reject_value"]
    outer = f"SELECT {', '.join(targets)} FROM ({inner})"
    with _zone_tables(store, compose):
        store.run_step(
            composed_step(
                f"log/{table}/{compose.source.name}",
                f"INSERT INTO temp.{table} ({', '.join(targets)}) {outer}",
            ),
            compose.values,
        )


def _reject_expressions(
    compose: Composer, selected: dict[str, str], raw: dict[str, tuple[str, str]]
) -> tuple[str, str, str]:
    """Reason, column and value of a row that can't be used; NULL for a good row. The first reason wins."""
    cases: list[tuple[str, str, str, str]] = [
        ("case_id IS NULL", "case_missing", compose.bind(compose.source.case), "NULL"),
        ("activity IS NULL", "activity_missing", compose.bind(", ".join(compose.source.activity)), "NULL"),
    ]
    for target, (column, _) in raw.items():
        cases.append(
            (
                f"raw_{target} IS NOT NULL AND ({target} IS NULL OR NOT {within_reason(target)})",
                "instant_unreadable",
                compose.bind(column),
                f"raw_{target}",
            )
        )
    given = [target for target in ("started_at", "completed_at") if target in selected]
    missing = compose.bind(raw[given[-1]][0])
    cases.append((" AND ".join(f"{target} IS NULL" for target in given), "instant_missing", missing, "NULL"))
    if len(given) == 2:
        named = compose.bind(", ".join(column for column, _ in raw.values()))
        cases.append(
            (
                "started_at > completed_at",
                "start_after_end",
                named,
                "raw_started_at || ' > ' || raw_completed_at",
            )
        )
    reason = " ".join(f"WHEN {test} THEN '{name}'" for test, name, _, _ in cases)
    column = " ".join(f"WHEN {test} THEN {place}" for test, _, place, _ in cases)
    value = " ".join(f"WHEN {test} THEN {found}" for test, _, _, found in cases)
    return f"CASE {reason} END", f"CASE {column} END", f"CASE {value} END"


@contextmanager
def _zone_tables(store: Store, compose: Composer) -> Iterator[None]:
    """The zone tables of one statement, visible to SQL while it runs."""
    with ExitStack() as tables:
        for zone, name in compose.zones.items():
            tables.enter_context(store.registered(name, local_spans_table(zone)))
        yield
