"""Which cases a night judges: those that were made anew, and those whose standing depends on the instant.

Per case (promise 9). Where a clause, the code or a version changed, it is all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from warehouse.handing_on import JUDGED, collect, rows_of
from warehouse.hotspots.tallies import owe_all, owes_all
from warehouse.specification import LimitSpec
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store

CASES_OF_A_RANGE = 3_000_000


def clauses_digest(
    store: Store, process: str, *, step: int, keys: Mapping[str, str], limits: Sequence[LimitSpec], sentences: object
) -> str:
    """A digest of all that a verdict on a case rests on besides the case: versions, clauses, limits, words, code."""
    versions = store.fetch_sql(
        "judge/versions",
        "SELECT standard_version, epoch_us(valid_from), approved_by IS NOT NULL FROM main.standards "
        "WHERE process = $process ORDER BY standard_version",
        process=process,
    )
    known = (step, versions, sorted(keys.items()), tuple(limits), sentences)
    return hashlib.sha256(repr(known).encode()).hexdigest()


def settle_scope(store: Store, *, clauses: str, as_of: datetime) -> bool:
    """Fill `temp.judge_scope` (case_code) with the cases to judge; whether it is all of them, which leaves it empty."""
    store.connection.execute("CREATE OR REPLACE TEMP TABLE judge_scope (case_code INTEGER)")
    state = store.fetch_sql("judge/state", "SELECT clauses, as_of FROM judge_state")
    if owes_all(store, "judge") or not state or state[0][0] != clauses:
        return True
    _judge_also(store, "SELECT DISTINCT case_code FROM owed WHERE stage = 'judge'")
    if state[0][1] != as_of:
        _judge_also(store, "SELECT case_code FROM cases WHERE state IN ('open', 'abandoned')")
    return False


def judge_verdicts_of(store: Store) -> None:
    """Judge also the cases whose variant has a new verdict, in `temp.new_verdicts`: an earlier one was not exact."""
    _judge_also(
        store,
        """
        SELECT c.case_code FROM cases AS c
        JOIN temp.needed_verdicts AS n ON n.variant_no = c.variant_no AND n.is_open = (c.state IN ('open', 'abandoned'))
        JOIN case_verdicts AS v ON v.case_code = c.case_code AND v.standard_version = n.standard_version
        SEMI JOIN temp.new_verdicts AS w
            ON w.variant_id = n.variant_id AND w.standard_version = n.standard_version AND w.is_open = n.is_open
        WHERE c.state <> 'partial'
        """,
    )


def _judge_also(store: Store, cases: str) -> None:
    store.run_step(
        composed_step(
            "judge/judge_also",
            "INSERT INTO temp.judge_scope "
            f"SELECT case_code FROM ({cases}) ANTI JOIN temp.judge_scope USING (case_code)",
        )
    )


def scopes(store: Store, *, all_cases: bool, cases_of_a_range: int) -> Iterator[None]:
    """Step through the cases to judge, a range at a time.

    In each step `temp.judged_cases`, `temp.scope_instances`, `temp.scope_ids` (case_code, case_id) and
    `temp.scope_checks` (limit checks, none yet) and `temp.scope_deviations` are those of the range; its former results
    are cleared, but for the deviations. If it is not all cases, what is made is to stay aside.
    """
    if not all_cases:
        collect(store, *JUDGED)
        store.connection.execute(
            f"""
            DROP VIEW IF EXISTS temp.judged_cases;
            DROP VIEW IF EXISTS temp.scope_instances;
            DROP VIEW IF EXISTS temp.scope_ids;
            DROP VIEW IF EXISTS temp.scope_checks;
            DROP VIEW IF EXISTS temp.scope_deviations;
            CREATE OR REPLACE TEMP TABLE judged_rows AS
            SELECT case_code, variant_no, state, started_at, ended_at
            FROM ({rows_of(store, "cases", "temp.judge_scope")});
            CREATE OR REPLACE TEMP TABLE judged_instances AS
            SELECT case_code, instance, activity_code, resource_code, enabled_at, started_at, completed_at
            FROM ({rows_of(store, "instances", "temp.judge_scope")});
            CREATE TEMP VIEW judged_cases AS FROM temp.judged_rows;
            CREATE TEMP VIEW scope_instances AS FROM temp.judged_instances;
            CREATE TEMP VIEW scope_ids AS FROM case_ids SEMI JOIN temp.judge_scope USING (case_code);
            DELETE FROM case_verdicts WHERE case_code IN (FROM temp.judge_scope);
            CREATE TEMP VIEW scope_checks AS FROM temp.made_limit_checks;
            CREATE TEMP VIEW scope_deviations AS FROM deviations SEMI JOIN temp.judge_scope USING (case_code);
            DELETE FROM limit_checks WHERE case_code IN (FROM temp.judge_scope)
            """
        )
        yield
        return
    store.connection.execute("DELETE FROM case_verdicts; DELETE FROM limit_checks")
    count, low, high = store.fetch_sql("judge/extent", "SELECT count(*), min(case_code), max(case_code) FROM case_ids")[
        0
    ]
    parts = max(1, -(-count // cases_of_a_range))
    edges = [low + (high + 1 - low) * part // parts for part in range(parts + 1)]
    for part in range(parts):
        within = f"case_code BETWEEN {edges[part]} AND {edges[part + 1] - 1}"
        store.connection.execute(
            f"""
            CREATE OR REPLACE TEMP VIEW judged_cases AS FROM cases WHERE {within};
            CREATE OR REPLACE TEMP VIEW scope_instances AS FROM instances WHERE {within};
            CREATE OR REPLACE TEMP VIEW scope_ids AS FROM case_ids WHERE {within};
            CREATE OR REPLACE TEMP VIEW scope_checks AS FROM limit_checks WHERE {within};
            CREATE OR REPLACE TEMP VIEW scope_deviations AS FROM deviations WHERE {within}
            """
        )
        yield


def note_judged(store: Store, *, clauses: str, as_of: datetime, all_cases: bool) -> None:
    """Note what was judged by, and that nothing is owed; the sums over cases are owed anew where all were judged."""
    store.connection.execute("DELETE FROM judge_state; DELETE FROM owed WHERE stage = 'judge'")
    store.run_step(
        composed_step("judge/write_state", "INSERT INTO judge_state VALUES ($clauses, $as_of)"),
        {"clauses": clauses, "as_of": as_of},
    )
    if all_cases:
        owe_all(store, "hotspots")


def case_versions(store: Store, process: str) -> None:
    """Fill `temp.case_versions` from `temp.judged_cases`."""
    store.run_step(
        composed_step(
            "judge/case_versions",
            f"CREATE OR REPLACE TEMP TABLE case_versions AS\n{sql_step('judge', 'case_versions').sql}",
        ),
        {"process": process},
    )
