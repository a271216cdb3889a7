"""Spreading verdicts over cases, and holding time limits against them, in one transaction per process.

Per variant and per case (promise 9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.judge.kept import find_kept, write_verdicts
from warehouse.mart.catalogue import process_schema
from warehouse.specification import ClauseSpec, LimitSpec, StandardSpec
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store, arrow_table

STEP_VERSION = 2

_DURATION_MACROS = """
CREATE OR REPLACE TEMP MACRO two_units(a, unit_a, b, unit_b) AS
    CAST(a AS BIGINT) || ' ' || unit_a || CASE WHEN b >= 1 THEN ' ' || CAST(b AS BIGINT) || ' ' || unit_b ELSE '' END;
CREATE OR REPLACE TEMP MACRO duration_en(s) AS CASE
    WHEN s >= 86400 THEN two_units(s // 86400, 'd', s % 86400 // 3600, 'h')
    WHEN s >= 3600 THEN two_units(s // 3600, 'h', s % 3600 // 60, 'min')
    WHEN s >= 60 THEN two_units(s // 60, 'min', s % 60 // 1, 's')
    ELSE round(s, 1) || ' s' END;
CREATE OR REPLACE TEMP MACRO duration_zh(s) AS CASE
    WHEN s >= 86400 THEN two_units(s // 86400, '天', s % 86400 // 3600, '小时')
    WHEN s >= 3600 THEN two_units(s // 3600, '小时', s % 3600 // 60, '分')
    WHEN s >= 60 THEN two_units(s // 60, '分', s % 60 // 1, '秒')
    ELSE round(s, 1) || ' 秒' END;
"""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Templates of the sentence for a breached limit; {from} {to} {elapsed} {limit} {excess} stand in them."""

    late_en: str
    late_zh: str


@dataclass(frozen=True, slots=True)
class SpreadResult:
    """What judging wrote; `deviations` leaves out the `resolved` ones, found on earlier nights and no more."""

    verdicts: int
    deviations: int
    resolved: int
    limit_checks: int
    cases_judged: int


def publish_standards(
    store: Store, process: str, *, standards: Sequence[StandardSpec], clauses: Sequence[ClauseSpec]
) -> None:
    """Replace the published versions and clauses of a process (in a transaction of its own)."""
    with store.transaction("mart"):
        for table in ("standards", "clauses"):
            _clear(store, table, process)
        for standard in standards:
            store.run_step(
                composed_step(
                    "judge/publish_standard",
                    """
                    INSERT INTO standards VALUES ($process, $version, $valid_from, $valid_to, $approved_by,
                        $approved_on, $fingerprint, $flow, $notes, $title_en, $title_zh, $owner, $participant,
                        $called_flows)
                    """,
                ),
                {
                    "process": process,
                    "version": standard.version,
                    "valid_from": standard.valid_from,
                    "valid_to": standard.valid_to,
                    "approved_by": standard.approved_by,
                    "approved_on": standard.approved_on,
                    "fingerprint": standard.fingerprint,
                    "flow": standard.flow_text,
                    "notes": standard.notes,
                    "title_en": standard.title_en,
                    "title_zh": standard.title_zh,
                    "owner": standard.owner,
                    "participant": standard.participant,
                    "called_flows": list(standard.called_flows),
                },
            )
        for clause in clauses:
            store.run_step(
                composed_step(
                    "judge/publish_clause",
                    """
                    INSERT INTO clauses VALUES ($process, $version, $clause_id, $kind, $element_id, $text_en, $text_zh,
                        $owner, $severity, $target)
                    """,
                ),
                {
                    "process": process,
                    "version": clause.standard_version,
                    "clause_id": clause.clause_id,
                    "kind": clause.kind,
                    "element_id": clause.element_id,
                    "text_en": clause.text_en,
                    "text_zh": clause.text_zh,
                    "owner": clause.owner,
                    "severity": clause.severity,
                    "target": clause.target,
                },
            )


def known_activities(store: Store, process: str) -> tuple[str, ...]:
    """The activities of a process's instances, by name."""
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process))
        rows = store.fetch_sql(
            "judge/known_activities",
            "SELECT activity FROM activities SEMI JOIN instances USING (activity_code) ORDER BY activity",
        )
    return tuple(row[0] for row in rows)


def variants_to_judge(store: Store, process: str, *, keys: Mapping[str, str]) -> pa.Table:
    """Variants that no verdict was kept for: standard_version, is_open, variant_id, activities, case_count.

    `keys` tells by version what its verdicts rest on; without a key of a version none of its verdicts is kept.
    """
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process))
        _case_versions(store, process)
        find_kept(store, process, keys=keys)
        return store.arrow("judge", "variants_to_judge")


def spread_verdicts(
    store: Store,
    process: str,
    *,
    as_of: datetime,
    keys: Mapping[str, str],
    verdicts: pa.Table,
    moves: pa.Table,
    findings: pa.Table,
    limits: Sequence[LimitSpec],
    sentences: Sentences,
) -> SpreadResult:
    """Write verdicts, moves, limit checks, deviations and case verdicts of a process, replacing the former ones.

    A deviation of an earlier night that is found no more stays, as resolved, for as long as its case is there.
    `verdicts`, `moves` and `findings` are those of `variants_to_judge` with the same `keys`, with the columns of
    `warehouse.judge.verdict`; what was kept stays. Cost: joins over the judged cases.
    """
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process))
        _case_versions(store, process)
        store.run("judge", "former_deviations", process=process)
        for table in ("deviations", "limit_checks"):
            _clear(store, table, process)
        find_kept(store, process, keys=keys)
        written = write_verdicts(store, process, verdicts=verdicts, moves=moves, findings=findings)
        _give_limits(store, limits)
        checks = store.run("judge", "limit_checks", process=process, as_of=as_of)
        store.connection.execute(_DURATION_MACROS)
        flow, late = sql_step("judge", "flow_deviations").sql, sql_step("judge", "late_deviations").sql
        union = f"SELECT * FROM ({flow})\nUNION ALL BY NAME\nSELECT * FROM ({late})"
        store.run_step(
            composed_step(
                "judge/found_deviations",
                "CREATE OR REPLACE TEMP TABLE found_deviations AS "
                f"SELECT {_deviation_id()} AS deviation_id, * FROM ({union})",
            ),
            {"process": process, "late_en": sentences.late_en, "late_zh": sentences.late_zh},
        )
        store.run("judge", "sightings", process=process, as_of=as_of)
        deviations = store.run("judge", "publish_deviations", process=process)
        resolved = store.run("judge", "resolved_deviations", process=process, as_of=as_of)
        judged = store.run_step(
            composed_step(
                "judge/case_verdicts",
                f"CREATE OR REPLACE TABLE case_verdicts AS\n{sql_step('judge', 'case_verdicts').sql}",
            ),
            {"process": process},
        )
    return SpreadResult(
        verdicts=written, deviations=deviations, resolved=resolved, limit_checks=checks, cases_judged=judged
    )


def _deviation_id() -> str:
    """md5 over length-prefixed fields, so that no two different findings can have one text."""
    fields = ("$process", "case_id", "clause_id", "kind", "coalesce(activity, '')", "CAST(occurrence AS VARCHAR)")
    return "md5(concat(" + ", ".join(f"strlen({field}), ':', {field}" for field in fields) + "))"


def _clear(store: Store, table: str, process: str) -> None:
    store.run_step(
        composed_step(f"judge/clear_{table}", f"DELETE FROM main.{table} WHERE process = $process"),
        {"process": process},
    )


def _case_versions(store: Store, process: str) -> None:
    store.run_step(
        composed_step(
            "judge/case_versions",
            f"CREATE OR REPLACE TEMP TABLE case_versions AS\n{sql_step('judge', 'case_versions').sql}",
        ),
        {"process": process},
    )


def _give_limits(store: Store, limits: Sequence[LimitSpec]) -> None:
    text, number, flag = pa.string(), pa.int64(), pa.bool_()
    table = arrow_table(
        {
            "limit_no": (number, range(len(limits))),
            "clause_id": (text, [limit.clause_id for limit in limits]),
            "standard_version": (text, [limit.standard_version for limit in limits]),
            "which": (text, [limit.from_which for limit in limits]),
            "from_at": (text, [limit.from_at for limit in limits]),
            "to_at": (text, [limit.to_at for limit in limits]),
            "from_case_start": (flag, [limit.from_case_start for limit in limits]),
            "to_case_end": (flag, [limit.to_case_end for limit in limits]),
            "within_us": (number, [round(limit.within_seconds * 1e6) for limit in limits]),
            "risk_us": (number, [round(limit.within_seconds * limit.at_risk_share * 1e6) for limit in limits]),
            "only_if_reached": (flag, [limit.only_if_reached for limit in limits]),
            "from_label_en": (text, [limit.from_label_en for limit in limits]),
            "from_label_zh": (text, [limit.from_label_zh for limit in limits]),
            "to_label_en": (text, [limit.to_label_en for limit in limits]),
            "to_label_zh": (text, [limit.to_label_zh for limit in limits]),
            "element_id": (text, [limit.element_id for limit in limits]),
            "owner": (text, [limit.owner for limit in limits]),
            "severity": (text, [limit.severity for limit in limits]),
        }
    )
    sides = [
        (number_of, side, name)
        for number_of, limit in enumerate(limits)
        for side, names in (("from", limit.from_activities), ("to", limit.to_activities))
        for name in names
    ]
    activities = arrow_table(
        {
            "limit_no": (number, [row[0] for row in sides]),
            "side": (text, [row[1] for row in sides]),
            "activity": (text, [row[2] for row in sides]),
        }
    )
    with store.registered("limits_in", table), store.registered("limit_activities_in", activities):
        store.connection.execute("CREATE OR REPLACE TEMP TABLE given_limits AS SELECT * FROM limits_in")
        store.connection.execute(
            "CREATE OR REPLACE TEMP TABLE limit_activities AS "
            "SELECT g.limit_no, g.side, a.activity_code "
            "FROM limit_activities_in AS g JOIN activities AS a USING (activity)"
        )
