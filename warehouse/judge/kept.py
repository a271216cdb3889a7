"""Verdicts on variants, kept from night to night: a variant is judged once as long as its standard stays the same.

Per variant (promise 9). What a verdict rests on is told by the key of its version; a version whose key changed, and a
verdict that is not exact, is judged anew.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from warehouse.judge.verdict import FINDING_COLUMNS, MOVE_COLUMNS, VERDICT_COLUMNS
from warehouse.sql_step import composed_step
from warehouse.store import Store, arrow_table


def find_kept(store: Store, process: str, *, keys: Mapping[str, str]) -> None:
    """Put the verdicts of `temp.needed_verdicts` that were kept under `keys` (by version) into temp.kept_variants.

    Linear in the variants.
    """
    _give_keys(store, keys)
    store.run_step(
        composed_step(
            "judge/kept_variants",
            """
            CREATE OR REPLACE TEMP TABLE kept_variants AS
            SELECT v.variant_id, v.standard_version, v.is_open
            FROM main.variant_verdicts AS v
            JOIN main.judging_keys AS k ON k.process = v.process AND k.standard_version = v.standard_version
            JOIN temp.given_keys AS g ON g.standard_version = k.standard_version AND g.fingerprint = k.fingerprint
            SEMI JOIN temp.needed_verdicts AS n
                ON n.variant_id = v.variant_id AND n.standard_version = v.standard_version AND n.is_open = v.is_open
            WHERE v.process = $process AND v.is_exact
            """,
        ),
        {"process": process},
    )


def _give_keys(store: Store, keys: Mapping[str, str]) -> None:
    table = arrow_table(
        {"standard_version": (pa.string(), list(keys)), "fingerprint": (pa.string(), list(keys.values()))}
    )
    with store.registered("keys_in", table):
        store.connection.execute("CREATE OR REPLACE TEMP TABLE given_keys AS SELECT * FROM keys_in")


def write_verdicts(store: Store, process: str, *, verdicts: pa.Table, moves: pa.Table, findings: pa.Table) -> int:
    """Add verdicts, moves and findings to the kept ones, which they replace; drop what no case needs any more.

    Call it after `find_kept` on the same open store, with the same keys. The number of verdicts in all.
    """
    given = {
        "variant_verdicts": verdicts.cast(VERDICT_COLUMNS),
        "alignment_moves": moves.cast(MOVE_COLUMNS),
        "variant_findings": findings.cast(FINDING_COLUMNS),
    }
    with store.registered("given_rows", given["variant_verdicts"]):
        store.run_step(
            composed_step(
                "judge/judged_anew",
                "DELETE FROM temp.kept_variants WHERE (variant_id, standard_version, is_open) "
                "IN (SELECT (variant_id, standard_version, is_open) FROM given_rows)",
            ),
        )
    orders = {
        "variant_verdicts": "standard_version, is_open, variant_id",
        "alignment_moves": "standard_version, is_open, variant_id, step",
        "variant_findings": "standard_version, is_open, variant_id, kind, clause_id, activity, occurrence",
    }
    for table, rows in given.items():
        store.run_step(
            composed_step(
                f"judge/drop_{table}",
                f"DELETE FROM main.{table} WHERE process = $process AND (variant_id, standard_version, is_open) "
                "NOT IN (SELECT (variant_id, standard_version, is_open) FROM temp.kept_variants)",
            ),
            {"process": process},
        )
        columns = ", ".join(rows.column_names)
        with store.registered("given_rows", rows):
            store.run_step(
                composed_step(
                    f"judge/add_{table}",
                    f"INSERT INTO main.{table} BY NAME "
                    f"SELECT $process AS process, {columns} FROM given_rows ORDER BY {orders[table]}",
                ),
                {"process": process},
            )
    store.run_step(
        composed_step("judge/clear_judging_keys", "DELETE FROM main.judging_keys WHERE process = $process"),
        {"process": process},
    )
    store.run_step(
        composed_step(
            "judge/write_judging_keys",
            "INSERT INTO main.judging_keys SELECT $process, standard_version, fingerprint FROM temp.given_keys",
        ),
        {"process": process},
    )
    counted = store.fetch_sql(
        "judge/count_verdicts",
        "SELECT count(*) FROM main.variant_verdicts WHERE process = $process",
        process=process,
    )
    return int(counted[0][0])
