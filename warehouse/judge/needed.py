"""Which verdicts the cases of a process need: by variant, version of the standard and openness."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from warehouse.sql_step import composed_step
from warehouse.store import Store


def find_needed(store: Store, process: str) -> None:
    """Fill `temp.needed_verdicts`: variant_no, variant_id, standard_version, is_open, case_count; a row per verdict.

    Partial cases and those that start before the first approved version need none. Cost: one scan of the cases; the
    versions' instants stand in it as values, where a join by ranges would take three times as long.
    """
    versions = store.fetch_sql(
        "judge/approved_versions",
        "SELECT standard_version, valid_from FROM main.standards "
        "WHERE process = $process AND approved_by IS NOT NULL ORDER BY valid_from",
        process=process,
    )
    values: dict[str, Any] = {}
    for number, (version, valid_from) in enumerate(versions):
        values |= {f"version_{number}": version, f"from_{number}": valid_from}
    ends = [
        f"WHEN started_at < $from_{later} THEN $version_{number}" for number, later in pairwise(range(len(versions)))
    ]
    version = f"CASE {' '.join(ends)} ELSE $version_{len(versions) - 1} END" if ends else "$version_0"
    store.run_step(
        composed_step(
            "judge/needed_verdicts",
            f"""
            CREATE OR REPLACE TEMP TABLE needed_verdicts AS
            SELECT n.variant_no, d.variant_id, n.standard_version, n.is_open, n.case_count
            FROM (
                SELECT variant_no, {version if versions else "NULL::VARCHAR"} AS standard_version,
                    state IN ('open', 'abandoned') AS is_open, count(*) AS case_count
                FROM cases
                WHERE state <> 'partial' AND {"started_at >= $from_0" if versions else "false"}
                GROUP BY ALL
            ) AS n
            JOIN variant_dictionary AS d USING (variant_no)
            """,
        ),
        values,
    )
