"""Sums over cases, kept from night to night: a case's share is taken out before the case changes and put back after.

Mergeable aggregates (promise 9). `duration_counts` holds durations by whole second, `place_tallies` all else that is
counted by place. Whose share is out stands in `owed` (stage hotspots); a NULL there stands for all cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from warehouse.handing_on import rows_of
from warehouse.hotspots.counting import choose_cases, count_shares
from warehouse.hotspots.elements import clear_elements, count_elements, renew_rules
from warehouse.hotspots.merging import add_up
from warehouse.log.periods import make_period_days
from warehouse.log.tables import lay_out_counts
from warehouse.log.zones import months, periods_table
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

_FARTHEST = datetime(2200, 1, 1, tzinfo=UTC)

# what one range of cases may hold while it is counted
INSTANCES_OF_A_RANGE = 12_000_000


@dataclass(frozen=True, slots=True)
class TallyState:
    """How the sums were made: segment attributes with their columns, the zone of the months, and the step's version."""

    segments: tuple[str, ...]
    columns: tuple[str, ...]
    time_zone: str
    step: int


def wanted_state(process: ProcessSpec, step: int) -> TallyState:
    """How the sums of a process have to be made."""
    names = [spec.name for spec in process.attributes("case")]
    columns = tuple(f"k{names.index(segment)}" for segment in process.segments)
    return TallyState(process.segments, columns, process.time_zone, step)


def tally_state(store: Store) -> TallyState | None:
    """How the sums in the schema in use were made; None where there are none."""
    found = store.fetch_sql(
        "hotspots/has_state",
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'mart' AND schema_name = current_schema() "
        "AND table_name IN ('tally_state', 'duration_counts', 'place_tallies', 'segments', 'case_counts', "
        "'limit_counts', 'finding_counts', 'finding_examples', 'element_rules', 'element_places', 'element_counts', "
        "'element_cases')",
    )
    if found != [(12,)]:
        return None
    rows = store.fetch_sql("hotspots/state", "SELECT segments, columns, time_zone, step FROM tally_state")
    return TallyState(tuple(rows[0][0]), tuple(rows[0][1]), rows[0][2], rows[0][3]) if rows else None


def owes_all(store: Store, stage: str) -> bool:
    """Whether a stage has to do all cases anew."""
    rows = store.fetch_sql(
        "mart/owes_all", "SELECT count(*) FROM owed WHERE stage = $stage AND case_code IS NULL", stage=stage
    )
    return bool(rows[0][0])


def owe_all(store: Store, stage: str) -> None:
    """Note that a stage has to do all cases anew."""
    store.run_step(composed_step("mart/owe_all", "INSERT INTO owed VALUES ($stage, NULL)"), {"stage": stage})


def take_out(store: Store, cases: str, *, instances: str | None = None) -> None:
    """Take the shares of the cases in the relation `cases` (case_code) out of the sums, once each.

    Call it in the schema of the process before the cases change. `instances` is a query for theirs, where they were
    read already. Cost: what the cases hold, and a scan of the tables for it.
    """
    if owes_all(store, "hotspots"):
        return
    state = tally_state(store)
    if state is None:
        owe_all(store, "hotspots")
        return
    store.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE tally_scope AS
        SELECT DISTINCT case_code FROM {cases}
        ANTI JOIN (SELECT case_code FROM owed WHERE stage = 'hotspots') AS o USING (case_code)
        """
    )
    _make_days(store, state)
    _choose_touched(store, instances)
    count_shares(store, state.segments, state.columns, sign=-1)
    store.run_step(
        composed_step("hotspots/owe_scope", "INSERT INTO owed SELECT 'hotspots', case_code FROM temp.tally_scope")
    )


def settle(store: Store, state: TallyState, *, process: str) -> int:
    """Put the shares of all cases that are out back into the sums; how many cases. All of them where that is owed."""
    if owes_all(store, "hotspots") or tally_state(store) != state:
        lay_out_counts(store)
        renew_rules(store, process)
        counted = _count_all(store, state)
    else:
        owed = "(SELECT DISTINCT case_code FROM owed WHERE stage = 'hotspots')"
        store.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE tally_scope AS SELECT case_code FROM ({rows_of(store, 'cases', owed)})"
        )
        _make_days(store, state)
        _choose_touched(store)
        has_new_rules = renew_rules(store, process)
        counted = count_shares(store, state.segments, state.columns, sign=1)
        if has_new_rules:
            _count_all_elements(store)
    add_up(store)
    store.connection.execute("DELETE FROM finding_examples")
    store.run("hotspots", "finding_examples")
    store.connection.execute("DELETE FROM owed WHERE stage = 'hotspots'")
    return counted


def _count_all(store: Store, state: TallyState) -> int:
    store.connection.execute(
        """
        CREATE OR REPLACE TABLE duration_counts (
            period_no INTEGER, segment_no INTEGER, kind VARCHAR, place_a INTEGER, place_b INTEGER, measure VARCHAR,
            seconds BIGINT, n BIGINT, total_us HUGEINT, reference_n BIGINT, reference_us HUGEINT
        );
        CREATE OR REPLACE TABLE place_tallies (
            tally VARCHAR, period_no INTEGER, segment_no INTEGER, kind VARCHAR, place_a INTEGER, place_b INTEGER,
            measure VARCHAR, n BIGINT, total_us HUGEINT
        );
        DELETE FROM case_counts;
        DELETE FROM limit_counts;
        DELETE FROM finding_counts;
        CREATE TABLE IF NOT EXISTS segments (segment_no INTEGER, segment VARCHAR);
        CREATE OR REPLACE TABLE tally_state (segments VARCHAR[], columns VARCHAR[], time_zone VARCHAR, step INTEGER)
        """
    )
    store.run_step(
        composed_step("hotspots/write_state", "INSERT INTO tally_state VALUES ($segments, $columns, $zone, $step)"),
        {
            "segments": list(state.segments),
            "columns": list(state.columns),
            "zone": state.time_zone,
            "step": state.step,
        },
    )
    clear_elements(store)
    _make_days(store, state)
    counted = 0
    for low, high in _ranges(store):
        _choose_range(store, low, high)
        counted += count_shares(store, state.segments, state.columns, sign=1)
    return counted


def _count_all_elements(store: Store) -> None:
    """Count the elements of all cases anew, and nothing else."""
    clear_elements(store)
    for low, high in _ranges(store):
        _choose_range(store, low, high)
        choose_cases(store)
        count_elements(store, sign=1)


def _choose_range(store: Store, low: int, high: int) -> None:
    within = f"case_code BETWEEN {low} AND {high}"
    store.connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW tally_instances AS FROM instances WHERE {within};
        CREATE OR REPLACE TEMP VIEW tally_scope_cases AS FROM cases WHERE {within};
        CREATE OR REPLACE TEMP VIEW tally_verdicts AS FROM case_verdicts WHERE {within};
        CREATE OR REPLACE TEMP VIEW tally_checks AS FROM limit_checks WHERE {within};
        CREATE OR REPLACE TEMP VIEW tally_findings AS FROM deviations WHERE {within}
        """
    )


def _ranges(store: Store) -> list[tuple[int, int]]:
    count = store.fetch_sql("hotspots/count_instances", "SELECT count(*) FROM instances")[0][0]
    low, high = store.fetch_sql("hotspots/case_extent", "SELECT min(case_code), max(case_code) FROM cases")[0]
    parts = max(1, -(-count // INSTANCES_OF_A_RANGE))
    edges = [low + (high + 1 - low) * part // parts for part in range(parts + 1)]
    return [(edges[part], edges[part + 1] - 1) for part in range(parts) if edges[part + 1] > edges[part]]


def _choose_touched(store: Store, instances: str | None = None) -> None:
    """The instances of the scope in order, as a table: a join does not keep the order of what it reads."""
    scope = "temp.tally_scope"
    if instances is None:
        instances = rows_of(store, "instances", scope)
    store.connection.execute(
        f"""
        DROP VIEW IF EXISTS temp.tally_instances;
        DROP VIEW IF EXISTS temp.tally_scope_cases;
        DROP VIEW IF EXISTS temp.tally_verdicts;
        DROP VIEW IF EXISTS temp.tally_checks;
        DROP VIEW IF EXISTS temp.tally_findings;
        CREATE OR REPLACE TEMP TABLE tally_rows AS
        SELECT * FROM ({instances}) SEMI JOIN {scope} USING (case_code) ORDER BY case_code, instance;
        CREATE TEMP VIEW tally_instances AS FROM temp.tally_rows;
        CREATE TEMP VIEW tally_scope_cases AS {rows_of(store, "cases", scope)};
        CREATE OR REPLACE TEMP TABLE tally_check_rows AS {rows_of(store, "limit_checks", scope)};
        CREATE TEMP VIEW tally_verdicts AS {rows_of(store, "case_verdicts", scope)};
        CREATE TEMP VIEW tally_checks AS FROM temp.tally_check_rows;
        CREATE TEMP VIEW tally_findings AS {rows_of(store, "deviations", scope)}
        """
    )


def _make_days(store: Store, state: TallyState) -> None:
    """Months for all instants that can be counted: those of the log, and those at which its limits are due."""
    first, last = store.fetch_sql("hotspots/extent", "SELECT min(starts_at), max(ends_at) FROM periods")[0]
    longest = store.fetch_sql("hotspots/longest_limit", "SELECT coalesce(max(within_us), 0) FROM limits")[0][0]
    room = _FARTHEST - last
    farthest = last + min(timedelta(microseconds=longest), max(room, timedelta(0)))
    table = periods_table(months(state.time_zone, first, farthest))
    with store.registered("given_periods", table):
        store.connection.execute("CREATE OR REPLACE TEMP TABLE tally_periods AS SELECT * FROM given_periods")
    make_period_days(store, "temp.tally_periods")


def drop_tally_tables(store: Store) -> None:
    """Give back the memory of what counting made on its way."""
    for view in ("tally_instances", "tally_scope_cases", "tally_verdicts", "tally_checks", "tally_findings"):
        store.connection.execute(f"DROP VIEW IF EXISTS temp.{view}")
    tables: Sequence[str] = (
        "tally_rows",
        "tally_check_rows",
        "tally_scope",
        "tally_cases",
        "tally_periods",
        "timed",
        "duration_groups",
        "case_segments",
    )
    for table in tables:
        store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
