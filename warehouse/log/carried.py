"""Mapped rows that the gates leave for shaping: a file beside the warehouse, there only from the one to the other.

The gates map, number and sort what arrived; where that is all that the log is made of, shaping does it no more. The
file is no part of the warehouse: whoever finds one that does not fit makes the rows anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.loads import source_number
from warehouse.log.mapping import HELD, begin_counting, count_decided, has_held_rows, lies_in_order
from warehouse.log.temporary import NAMED, show_mapped
from warehouse.mart.catalogue import schema_with
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

HOME = "carried.main"


def carried_path(mart: Path) -> Path:
    """Where the file lies while there is one."""
    return mart.with_name("carried.duckdb")


@contextmanager
def writing_carried(store: Store) -> Iterator[None]:
    """Tell an error of the file as one of the disk: `WarehouseError` with what to do."""
    try:
        yield
    except (duckdb.IOException, duckdb.TransactionException) as error:
        raise WarehouseError(
            Problem(
                f"the mapped rows could not be written: {str(error).splitlines()[0]}",
                str(carried_path(store.settings.mart)),
                "Make room on the disk; nothing was changed, run again.",
            )
        ) from error


def begin_carrying(store: Store) -> None:
    """Make the file, empty, and open it as `carried`."""
    drop_carried(store)
    _attach(store)


def note_carried(store: Store, process: ProcessSpec, *, mapping: str, load_ids: Sequence[int]) -> None:
    """Write down what the rows in the file were made of; the last thing that is written to it."""
    store.run_step(
        composed_step(
            "log/note_carried",
            f"""
            CREATE TABLE {HOME}.carried AS
            SELECT $process AS process, $mapping AS mapping, $loads::INTEGER[] AS loads, $landing::BIGINT AS landing,
                $known AS known
            """,
        ),
        {
            "process": process.name,
            "mapping": mapping,
            "loads": sorted(load_ids),
            "landing": _landing(store),
            "known": _known(store, process),
        },
    )


def leave_carried(store: Store) -> None:
    """Close the file, so that shaping can take it up."""
    store.connection.execute("DETACH carried")


def take_up_carried(store: Store, process: ProcessSpec, *, mapping: str) -> bool:
    """Open the file that the gates left, where it holds what the log of the process has to be made of now."""
    if not carried_path(store.settings.mart).exists():
        return False
    try:
        _attach(store)
        rows = store.fetch_sql("log/carried", f"SELECT process, mapping, loads, landing, known FROM {HOME}.carried")
    except (duckdb.Error, WarehouseError):
        # a night that was cut off left it half written: it does not open, or what is written last is not there
        rows = []
    wanted = (process.name, mapping, current_loads(store, process), _landing(store), _known(store, process))
    if rows == [wanted] and not _holds_case_rows(store, process):
        return True
    drop_carried(store)
    return False


def drop_carried(store: Store) -> None:
    """Close and remove the file; nothing where there is none."""
    with suppress(duckdb.Error):
        store.connection.execute("DETACH carried")
    remove_carried(store.settings.mart)


def remove_carried(mart: Path) -> None:
    """Remove the file that a night left behind; call it alone with the warehouse."""
    path = carried_path(mart)
    for left in (path, path.with_name(f"{path.name}.wal")):
        left.unlink(missing_ok=True)


def current_loads(store: Store, process: ProcessSpec) -> list[int]:
    """The loads that the log of a process is made of, in order."""
    rows = store.fetch_sql(
        "log/current_loads",
        """
        SELECT l.load_id FROM landing.main.landing_loads AS l JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE s.process = $process AND list_contains($sources, s.source) AND l.is_current ORDER BY l.load_id
        """,
        process=process.name,
        sources=[source.name for source in process.sources],
    )
    return [row[0] for row in rows]


def show_carried(store: Store, process: ProcessSpec) -> bool:
    """Show the carried rows as `map_rows` would map them; whether they lie in order. Their cases get their codes.

    Rows that a gate held are rejected, and those that repeat others are left out.
    """
    store.run_step(
        composed_step(
            "log/keep_cases",
            f"""
            INSERT INTO case_ids
            SELECT case_code, case_id FROM {HOME}.named_cases ANTI JOIN case_ids USING (case_code) ORDER BY case_code
            """,
        )
    )
    begin_counting(store)
    for source in process.sources:
        number = source_number(store, process=process.name, source=source.name)
        if number is not None:
            count_decided(store, process, source, number)
    held = has_held_rows(store)
    repeats = store.fetch_sql("log/count_repeats", "SELECT count(*) FROM temp.duplicate_rows") != [(0,)]
    rows = f"SELECT r.* FROM {HOME}.laid_rows AS r"
    if held:
        rows = f"SELECT r.* REPLACE (coalesce(r.reject, h.held) AS reject) FROM {HOME}.laid_rows AS r {HELD}"
    without = "ANTI JOIN temp.duplicate_rows USING (source_no, load_id, row_number)" if repeats else ""
    show_mapped(
        store, process, home=HOME, rows=f"FROM ({rows}) {without}", case_rows=f"FROM {HOME}.laid_case_rows {without}"
    )
    return lies_in_order(process) and not held and not repeats


def _attach(store: Store) -> None:
    # ATTACH takes no bound values; the path is the operator's own and is quoted as a literal
    literal = str(carried_path(store.settings.mart)).replace("'", "''")
    store.connection.execute(f"ATTACH '{literal}' AS carried")


def _landing(store: Store) -> int:
    return int(store.fetch_sql("log/landing_generation", "SELECT generation FROM landing.main.schema_info")[0][0])


def _known(store: Store, process: ProcessSpec) -> str:
    """The state of the dictionaries in which the numbers of the rows go on."""
    schema = schema_with(store, process.name, "case_ids")
    if schema is None:
        return ""
    counts = ", ".join(
        f"(SELECT count(*) || ':' || coalesce(max({name}_code), -1) FROM {schema}.{table})"
        for name, table in {"case": "case_ids", **NAMED}.items()
    )
    known = store.fetch_sql("log/known", f"SELECT concat_ws(' ', {counts})")[0][0]
    return "" if set(known.split()) == {"0:-1"} else str(known)


def _holds_case_rows(store: Store, process: ProcessSpec) -> bool:
    """Whether a gate holds rows of a case table."""
    rows = store.fetch_sql(
        "log/held_case_rows",
        """
        SELECT count(*) FROM landing.main.held_rows AS h
        JOIN landing.main.landing_loads AS l USING (load_id) JOIN landing.main.landing_sources AS s USING (source_no)
        WHERE h.replayed_at IS NULL AND s.process = $process AND list_contains($tables, s.source)
        """,
        process=process.name,
        tables=[source.name for source in process.sources if source.kind == "cases"],
    )
    return rows != [(0,)]
