"""Findings about cases: numbered by what they say, found for a range of cases, held against those of nights before.

Per case (promise 9). A row of `deviations` names its text in `finding_texts` by number, so that a night writes
few bytes a finding; the sentences are made when they are read (`published_deviations`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.handing_on import append
from warehouse.mart.deviation_view import deviation_id
from warehouse.mart.durations import duration_in_words
from warehouse.sql_step import composed_step, sql_step
from warehouse.store import Store

_TEXT = (
    "standard_version",
    "clause_id",
    "kind",
    "activity",
    "element_id",
    "expected",
    "observed",
    "message_key",
    "message_args",
    "sentence_en",
    "sentence_zh",
    "owner",
    "severity",
)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Templates of the sentence for a breached limit; {from} {to} {elapsed} {limit} {excess} stand in them."""

    late_en: str
    late_zh: str


def make_macros(store: Store) -> None:
    """What the steps of judging call by name: a text's digest, a finding's id, durations in words."""
    fields = ", ".join(f"struct_extract(f, '{name}')" for name in _TEXT)
    of_parts = deviation_id("process", "case_id", "clause_id", "kind", "activity", "occurrence")
    store.connection.execute(
        f"""
        CREATE OR REPLACE TEMP MACRO finding_text(f) AS md5(CAST(to_json([{fields}]) AS VARCHAR));
        CREATE OR REPLACE TEMP MACRO deviation_id(process, case_id, clause_id, kind, activity, occurrence)
            AS {of_parts};
        CREATE OR REPLACE TEMP MACRO duration_en(s) AS {duration_in_words("en", "s")};
        CREATE OR REPLACE TEMP MACRO duration_zh(s) AS {duration_in_words("zh", "s")}
        """
    )


def take_over_earlier(store: Store, process: str) -> None:
    """Bring what earlier releases wrote in full into the narrow form; nothing where that was done before."""
    rows = store.fetch_sql(
        "judge/count_earlier", "SELECT count(*) FROM main.earlier_deviations WHERE process = $process", process=process
    )
    if rows == [(0,)]:
        return
    store.run("judge", "earlier_texts", process=process)
    store.run("judge", "new_texts")
    store.run("judge", "earlier_deviations", process=process)
    store.run_step(
        composed_step("judge/clear_earlier", "DELETE FROM main.earlier_deviations WHERE process = $process"),
        {"process": process},
    )


def number_findings(store: Store, process: str, sentences: Sentences) -> None:
    """Fill `temp.judged_variants`, `variant_numbers` and `limit_numbers` from the present verdicts and limits."""
    store.run("judge", "judged_variants", process=process)
    store.run("judge", "given_texts", process=process, late_en=sentences.late_en, late_zh=sentences.late_zh)
    store.run("judge", "new_texts")
    store.run("judge", "variant_numbers", process=process)
    store.run("judge", "limit_numbers")


def find_deviations(store: Store, process: str, *, as_of: datetime, aside: bool) -> None:
    """Bring `deviations` of the scope to the present: what is found, and what is found no more, as resolved.

    Then `temp.scope_deviations` shows those of tonight. With `aside` they also stay in `temp.made_deviations`.
    """
    store.run("judge", "found_deviations")
    store.connection.execute("CREATE OR REPLACE TEMP TABLE former_deviations AS FROM temp.scope_deviations")
    _settle_sightings(store, process)
    store.connection.execute("DELETE FROM deviations WHERE case_code IN (SELECT case_code FROM temp.former_deviations)")
    append(store, "deviations", sql_step("judge", "tonight_deviations"), {"as_of": as_of}, aside=aside)
    if aside:
        store.connection.execute("CREATE OR REPLACE TEMP VIEW scope_deviations AS FROM temp.made_deviations")


def _settle_sightings(store: Store, process: str) -> None:
    """Note when findings about cases that are gone were seen, and when those of tonight were before they went.

    Seldom is either there, and else the names of the cases need not be read.
    """
    gone, known = store.fetch_sql(
        "judge/count_sightings",
        """
        SELECT (SELECT count(*) FROM temp.former_deviations ANTI JOIN temp.judged_cases USING (case_code)),
            (SELECT count(*) FROM main.deviation_sightings WHERE process = $process)
        """,
        process=process,
    )[0]
    if known:
        store.run("judge", "former_sightings", process=process)
    else:
        store.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE former_sightings (
                case_code INTEGER, identity_no INTEGER, occurrence INTEGER,
                first_seen TIMESTAMPTZ, last_seen TIMESTAMPTZ
            )
            """
        )
    if gone:
        store.run("judge", "gone_sightings", process=process)


def forget_texts(store: Store) -> None:
    """Drop the texts that neither a finding nor a present verdict or limit has."""
    store.run_step(
        composed_step(
            "judge/forget_texts",
            """
            DELETE FROM finding_texts WHERE finding_no NOT IN (
                SELECT finding_no FROM deviations
                UNION SELECT finding_no FROM temp.variant_numbers
                UNION SELECT finding_no FROM temp.limit_numbers
            )
            """,
        )
    )
