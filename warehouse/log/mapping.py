"""From landed columns to named ones: the one place where SQL is composed from a process's mapping.

Identifiers come from the catalogue of landed columns; every text of the configuration is bound as a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.loads import landed_columns, source_number
from warehouse.log.composing import Composer, within_reason
from warehouse.log.duplicates import find_all_duplicates
from warehouse.log.naming import case_text, code_cases, code_names, current_cases, seed_names
from warehouse.log.temporary import NAMED, filled_columns, make_mapped_tables, show_mapped
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
        SELECT count(*), count(DISTINCT case_code), (SELECT count(*) FROM temp.duplicate_rows)
        FROM temp.mapped_rows WHERE reject IS NULL
        """,
    )[0]
    activities = store.fetch_sql(
        "log/try_activities",
        "SELECT DISTINCT activity FROM temp.mapped_rows WHERE reject IS NULL ORDER BY activity",
    )
    return MappedRows(
        rows=rows,
        cases=cases,
        duplicates=duplicates,
        activities=tuple(row[0] for row in activities),
        rejected=rejected_rows(store),
    )


@dataclass(frozen=True, slots=True)
class Laying:
    """How mapped rows are laid: the dictionary of their cases, whether held rows are rejected, and where they lie.

    `home` is `temp` or the file that is carried from the gates to shaping.
    """

    dictionary: str
    hold: bool
    home: str


def lies_in_order(process: ProcessSpec) -> bool:
    """Whether mapped rows are laid in the order of events: one source of events, each row of it one event."""
    kinds = [source.kind for source in process.sources if source.kind != "cases"]
    return kinds == ["events"] and "started_at" not in filled_columns(process)


def map_rows(
    store: Store,
    process: ProcessSpec,
    *,
    rows: Callable[[int], str] | None = None,
    dictionary: str | None = None,
    hold: bool = True,
    home: str = "temp",
) -> None:
    """Show the current loads of all sources as `mapped_rows` and `mapped_case_rows` (see `show_mapped`).

    Rows that repeat an earlier one are left out; a row that can't be used carries its reason in `reject_reason`. What
    goes by rule is counted by case and load in `row_figures`. `rows` gives other rows of a source, by its number, as a
    FROM clause with the landed columns under the name r; their duplicates were found before. `dictionary` holds the
    codes of all their cases (see `code_cases`); without one, those of the current loads get codes that nobody keeps.
    Rows that a quality gate holds are rejected with its reason, unless `hold` is False. Where `lies_in_order`, the rows
    lie by case and in the order of its events. Cost: two scans of the landed rows, a sort, a grouping of their keys.
    """
    make_mapped_tables(store, process, home=home)
    seed_names(store, process, home)
    begin_counting(store, finds_duplicates=rows is None)
    if dictionary is None:
        dictionary = "temp.mapped_ids"
        store.connection.execute("CREATE OR REPLACE TEMP TABLE mapped_ids (case_code INTEGER, case_id VARCHAR)")
        code_cases(store, current_cases(store, process), dictionary=dictionary)
    laying = Laying(dictionary=dictionary, hold=hold and has_held_rows(store), home=home)
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        if number is None:
            continue
        if rows is None:
            count_decided(store, process, source, number)
        else:
            _count_filtered(store, process, source, rows(number))
        _map_source(store, process, source, number, standing_rows(number) if rows is None else rows(number), laying)
    show_mapped(store, process, home=home)


def begin_counting(store: Store, *, finds_duplicates: bool = True) -> None:
    """Make `temp.row_figures`, empty, and `temp.duplicate_rows` unless those were found before."""
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE row_figures (case_id VARCHAR, load_id INTEGER, figure VARCHAR, n BIGINT)"
    )
    if finds_duplicates:
        store.connection.execute(
            "CREATE OR REPLACE TEMP TABLE duplicate_rows (source_no INTEGER, load_id INTEGER, row_number BIGINT)"
        )


def count_decided(store: Store, process: ProcessSpec, source: SourceSpec, number: int) -> None:
    """Find the rows of the current loads that repeat others; count them and those that filters leave out."""
    find_all_duplicates(store, source, number)
    _count_duplicates(store, process, source, number)
    _count_filtered(store, process, source, standing_rows(number))


def _map_source(store: Store, process: ProcessSpec, source: SourceSpec, number: int, rows: str, laying: Laying) -> None:
    columns = landed_columns(store, process=process.name, source=source.name)
    indexes = range(len(source.milestones)) if source.kind == "wide" else (None,)
    for index in indexes:
        _insert_mapped(store, process, source, number, columns, index, rows, laying)


def standing_rows(number: int, table: str | None = None) -> str:
    """The rows of a source's current loads that stand behind no other, as a FROM clause.

    `table` holds those among which to look, if not all of them.
    """
    return f"""
        FROM {table or f"landing.main.rows_{number}"} AS r
        JOIN landing.main.landing_loads AS l ON l.load_id = r.load_id AND l.is_current
        WHERE NOT EXISTS (
            SELECT 1 FROM temp.duplicate_rows AS d
            WHERE d.source_no = {number} AND d.load_id = r.load_id AND d.row_number = r.row_number
        )
    """


def _count_duplicates(store: Store, process: ProcessSpec, source: SourceSpec, number: int) -> None:
    text = case_text(store, process, source)
    store.run_step(
        composed_step(
            f"log/count_duplicates/{source.name}",
            f"""
            INSERT INTO temp.row_figures
            SELECT {text}, r.load_id, 'rows_duplicate', count(*)
            FROM landing.main.rows_{number} AS r
            JOIN temp.duplicate_rows AS d
                ON d.source_no = {number} AND d.load_id = r.load_id AND d.row_number = r.row_number
            GROUP BY ALL
            """,
        )
    )


def _count_filtered(store: Store, process: ProcessSpec, source: SourceSpec, rows: str) -> None:
    """Count the rows that the source's filters leave out or that say that a row is gone: nothing goes in silence."""
    columns = landed_columns(store, process=process.name, source=source.name)
    text = case_text(store, process, source)
    if source.deleted is not None:
        compose = Composer(columns=columns, source=source, process=process.name)
        condition = compose.condition(source.deleted)
        _count_rows(store, compose, text, "rows_deleted", condition, rows)
    if source.filters:
        compose = Composer(columns=columns, source=source, process=process.name)
        conditions = [f"NOT ({' AND '.join(f'({compose.condition(spec)})' for spec in source.filters)})"]
        if source.deleted is not None:
            conditions.append(f"NOT ({compose.condition(source.deleted)})")
        _count_rows(store, compose, text, "rows_filtered", " AND ".join(conditions), rows)


def _count_rows(store: Store, compose: Composer, text: str | None, figure: str, condition: str, rows: str) -> None:
    store.run_step(
        composed_step(
            f"log/{figure}/{compose.source.name}",
            f"""
            INSERT INTO temp.row_figures
            SELECT {text}, load_id, '{figure}', count(*) FROM (SELECT r.* {rows}) AS r WHERE {condition} GROUP BY ALL
            """,
        ),
        compose.values,
    )


def _names(compose: Composer, milestone_index: int | None) -> dict[str, str]:
    """What a row names besides its case, as expressions over it."""
    source = compose.source
    if milestone_index is not None:
        milestone = source.milestones[milestone_index]
        names = {"activity": compose.bind(milestone.activity)}
        given = {"resource": milestone.resource}
    else:
        parts = [compose.text(name) for name in source.activity]
        joined = f"concat_ws({compose.bind(source.activity_separator)}, {', '.join(parts)})" if len(parts) > 1 else ""
        names = {"activity": f"nullif({joined}, '')" if joined else parts[0]}
        given = {"resource": source.resource, "role": source.role}
    return names | {name: compose.text(column) for name, column in given.items() if column is not None}


def _conditions(compose: Composer, milestone_index: int | None) -> str:
    """Which rows of a source are mapped at all."""
    source = compose.source
    conditions = [compose.condition(spec) for spec in source.filters]
    if milestone_index is not None:
        # an empty milestone has not been reached; that is no fault of the row
        conditions.append(f"({compose.text(source.milestones[milestone_index].instant.column)}) IS NOT NULL")
    if source.deleted is not None:
        conditions.append(f"NOT ({compose.condition(source.deleted)})")
    return " AND ".join(f"({each})" for each in conditions) or "true"


def _insert_mapped(
    store: Store,
    process: ProcessSpec,
    source: SourceSpec,
    number: int,
    columns: dict[str, tuple[str, str]],
    milestone_index: int | None,
    rows: str,
    laying: Laying,
) -> None:
    compose = Composer(columns=columns, source=source, process=process.name)
    own: dict[tuple[str, str], AttributeSpec] = {(a.of, a.name): a for a in source.attributes}
    attributes: dict[str, str] = {}
    kinds: tuple[tuple[str, Literal["event", "case"]], ...] = (("e", "event"), ("k", "case"))
    for prefix, kind in kinds:
        for index, spec in enumerate(process.attributes(kind)):
            mine = own.get((kind, spec.name))
            if mine is not None:
                attributes[f"{prefix}{index}"] = compose.attribute(mine)
    selected = {"source_no": str(number), "load_id": "r.load_id", "row_number": "r.row_number"}
    selected["case_id"] = compose.text(source.case)
    if source.kind == "cases":
        selected |= {name: value for name, value in attributes.items() if name.startswith("k")}
        _run_insert(store, "laid_case_rows", rows, compose, selected, _conditions(compose, None), laying)
        _set_aside_case_rows(store, laying.home)
        return
    naming = Composer(columns=columns, source=source, process=process.name)
    named, chosen = _names(naming, milestone_index), _conditions(naming, milestone_index)
    code_names(store, laying.home, named, f"(SELECT r.* {rows}) AS r WHERE {chosen}", naming.values)
    selected |= _names(compose, milestone_index)
    if milestone_index is not None:
        milestone = source.milestones[milestone_index]
        completed, note = compose.instant(milestone.instant)
        selected |= {"completed_at": completed, "completed_note": note, "order_number": str(milestone_index)}
        instants = [("completed_at", milestone.instant.column)]
    else:
        instants = []
        for target, instant in (("started", source.started), ("completed", source.completed)):
            if instant is not None:
                selected[f"{target}_at"], selected[f"{target}_note"] = compose.instant(instant)
                instants.append((f"{target}_at", instant.column))
        if source.lifecycle is not None:
            selected["lifecycle"] = f"lower({compose.text(source.lifecycle)})"
            selected["by_lifecycle"] = "true"
        if source.instance is not None:
            selected["instance_key"] = compose.text(source.instance)
        if source.order is not None:
            selected["order_number"] = f"TRY_CAST({compose.text(source.order)} AS DOUBLE)"
            selected["order_text"] = compose.text(source.order)
    selected |= attributes
    raw = {target: (column, compose.stated(column)) for target, column in instants}
    order = ""
    if lies_in_order(process):
        ordered = [name for name in ("order_number", "order_text") if name in selected]
        order = "ORDER BY " + ", ".join(["case_code", "completed_at", *ordered, "load_id", "row_number"])
    condition = _conditions(compose, milestone_index)
    _run_insert(store, "laid_rows", rows, compose, selected, condition, laying, raw=raw, order=order)


def _set_aside_case_rows(store: Store, home: str) -> None:
    """Rows of a case table that can't be used go where all rejected rows go."""
    store.run_step(
        composed_step(
            "log/rejected_case_rows",
            f"""
            INSERT INTO {home}.laid_rows (source_no, load_id, row_number, case_code, reject)
            SELECT source_no, load_id, row_number, case_code, reject FROM {home}.laid_case_rows WHERE reject IS NOT NULL
            """,
        )
    )
    store.run_step(composed_step("log/case_rows_kept", f"DELETE FROM {home}.laid_case_rows WHERE reject IS NOT NULL"))


def _run_insert(
    store: Store,
    table: str,
    rows: str,
    compose: Composer,
    selected: dict[str, str],
    condition: str,
    laying: Laying,
    *,
    raw: dict[str, tuple[str, str]] | None = None,
    order: str = "",
) -> None:
    chosen = ", ".join(f"{expression} AS {name}" for name, expression in selected.items())
    raws = "".join(f", {text} AS raw_{target}" for target, (_, text) in (raw or {}).items())
    relation = f"""
        SELECT r.* {"".join(", " + local for local in compose.locals)}
        {rows}
    """
    held, joined = ("h.held", HELD) if laying.hold else ("NULL::VARCHAR[]", "")
    reject = _reject_expression(compose, selected, raw)
    # what a row names is held by number
    coded = {"case_id": "case_code"} | {name: f"{name}_code" for name in NAMED}
    mapped = [coded.get(name, name) for name in selected]
    named = "".join(
        f" LEFT JOIN {laying.home}.named_{dictionary} AS n_{name} ON n_{name}.{name} = m.{name}"
        for name, dictionary in NAMED.items()
        if name in selected
    )
    step = composed_step(
        f"log/mapped/{compose.source.name}",
        f"""
        INSERT INTO {laying.home}.{table} ({", ".join(mapped)}, reject)
        SELECT {", ".join(mapped)}, coalesce({reject}, held)
        FROM (
            SELECT {chosen} {raws}, {held} AS held
            FROM ({relation}) AS r {" ".join(compose.joins)} {joined}
            WHERE {condition}
        ) AS m
        JOIN (SELECT case_code, case_id AS coded_id FROM {laying.dictionary}) AS k
            ON k.coded_id = coalesce(m.case_id, '')
        {named}
        {order}
        """,
    )
    with _zone_tables(store, compose):
        store.run_step(step, compose.values)


HELD = """
    LEFT JOIN (
        SELECT load_id, row_number, first([reason, column_name, value] ORDER BY reason, column_name) AS held
        FROM landing.main.held_rows WHERE replayed_at IS NULL GROUP BY ALL
    ) AS h ON h.load_id = r.load_id AND h.row_number = r.row_number
"""
"""What a quality gate holds back of the rows r, told as the mapping tells what it rejects: a join."""


def has_held_rows(store: Store) -> bool:
    """Whether a quality gate holds any row."""
    found = store.fetch_sql(
        "log/held", "SELECT count(*) FROM (FROM landing.main.held_rows WHERE replayed_at IS NULL LIMIT 1)"
    )
    return bool(found[0][0])


def _reject_expression(compose: Composer, selected: dict[str, str], raw: dict[str, tuple[str, str]] | None) -> str:
    """[reason, column, value] of a row that can't be used; NULL for a good row. The first reason wins."""
    case = compose.bind(compose.source.case)
    cases: list[tuple[str, str, str, str]] = [("case_id IS NULL", "case_missing", case, "NULL")]
    if raw is not None:
        activity = compose.bind(", ".join(compose.source.activity))
        cases.append(("m.activity IS NULL", "activity_missing", activity, "NULL"))
        for target, (column, _) in raw.items():
            unreadable = f"raw_{target} IS NOT NULL AND ({target} IS NULL OR NOT {within_reason(target)})"
            found = f"CAST(raw_{target} AS VARCHAR)"
            cases.append((unreadable, "instant_unreadable", compose.bind(column), found))
        given = [target for target in ("started_at", "completed_at") if target in selected]
        missing = compose.bind(raw[given[-1]][0])
        cases.append((" AND ".join(f"{target} IS NULL" for target in given), "instant_missing", missing, "NULL"))
        if len(given) == 2:
            named = compose.bind(", ".join(column for column, _ in raw.values()))
            both = "CAST(raw_started_at AS VARCHAR) || ' > ' || CAST(raw_completed_at AS VARCHAR)"
            cases.append(("started_at > completed_at", "start_after_end", named, both))
    told = " ".join(f"WHEN {test} THEN ['{name}', {place}, {found}]" for test, name, place, found in cases)
    return f"CASE {told} END"


@contextmanager
def _zone_tables(store: Store, compose: Composer) -> Iterator[None]:
    """The zone tables of one statement, visible to SQL while it runs."""
    with ExitStack() as tables:
        for zone, name in compose.zones.items():
            tables.enter_context(store.registered(name, local_spans_table(zone)))
        yield
