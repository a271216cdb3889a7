"""What the statistics read of the kept sums, and what they make of them, written.

Places go to the statistics by number in the order of their names, so that a tie never falls by the order of arrival.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from warehouse.hotspots.tallies import drop_tally_tables, owe_all, settle, wanted_state
from warehouse.mart.catalogue import process_schema
from warehouse.mart.views import has_views, make_views
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

STEP_VERSION = 4


@dataclass(frozen=True, slots=True)
class Collected:
    """Duration counts by group, within each period and over the whole log; and time over limits by place.

    `groups`: kind, measure, segment_no, place_a, place_b, a row each where its number (from 0) says. `by_period`:
    group_no, period_no, seconds, n, extra_us (microseconds beyond the whole seconds), reference_n, reference_extra_us,
    in the order of the first three, in shares to be added up; `overall`: the same without periods, added up. `excess`:
    kind (activity; segment where the case's end is meant), segment_no, place_a, period_no, excess_us (decimal: years
    of a million cases pass 63 bits). Places are numbered in the order of their names. `cases_counted` are those whose
    share had to be counted.
    """

    groups: pa.Table
    by_period: pa.Table
    overall: pa.Table
    excess: pa.Table
    cases_counted: int


def collect_durations(store: Store, process: ProcessSpec, *, anew: bool = False) -> Collected:
    """Bring the sums over cases up to date and read them; `anew`: count all cases again.

    Cost: groupings of the touched cases, a sort of counts."""
    with store.transaction("mart"):
        schema = process_schema(store, process.name)
        store.use("mart", schema)
        if anew:
            owe_all(store, "hotspots")
        counted = settle(store, wanted_state(process, STEP_VERSION), process=process.name)
        if not has_views(store, schema):
            make_views(store, process)  # the log was laid out by an earlier release, and is as it was
        store.run("hotspots", "places")
        store.run("hotspots", "duration_groups")
        collected = Collected(
            groups=store.arrow("hotspots", "groups"),
            by_period=store.arrow("hotspots", "counts_by_period"),
            overall=store.arrow("hotspots", "counts_overall"),
            excess=store.arrow("hotspots", "excess"),
            cases_counted=counted,
        )
    drop_tally_tables(store)
    return collected


def write_hotspots(store: Store, process: ProcessSpec, *, hotspots: pa.Table, as_of: datetime) -> int:
    """Replace the hotspots, the directly-follows map and the headlines of a process; the number of hotspots.

    Call it after `collect_durations` on the same open store: its numbers of places are used again.
    """
    with store.transaction("mart"):
        store.use("mart", process_schema(store, process.name))
        for table in ("hotspots", "directly_follows", "headlines"):
            store.run_step(
                composed_step(f"hotspots/clear_{table}", f"DELETE FROM main.{table} WHERE process = $process"),
                {"process": process.name},
            )
        with store.registered("given_hotspots", hotspots):
            written = store.run("hotspots", "write_hotspots", process=process.name)
            store.run("hotspots", "write_follows", process=process.name)
        store.run("hotspots", "headlines", process=process.name, as_of=as_of)
    store.connection.execute("DROP TABLE IF EXISTS temp.places")
    return written
