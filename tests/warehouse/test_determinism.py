"""The same rows give the same tables, whatever the number of threads, with enough rows that threads share the work."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from tests.builders.events import LOADED_AT, a_limit, a_process, a_standard, events_source, settings_in, text_attribute
from tests.warehouse.published import SENTENCES, Rows, find_hotspots, query
from warehouse.judge.spread import spread_verdicts
from warehouse.judge.standards import publish_standards
from warehouse.judge.verdict import FINDING_COLUMNS, MOVE_COLUMNS, VERDICT_COLUMNS
from warehouse.landing.content import Batches, LoadOrigin
from warehouse.landing.land import land
from warehouse.log.shape import shape
from warehouse.specification import CaseSpec
from warehouse.store import Store

EVENTS = 130_000


def batches() -> Batches:
    """Many ties, so that an order left to chance would show."""
    chance = np.random.default_rng(7)
    case = chance.integers(0, EVENTS // 6, EVENTS)
    day = chance.integers(1, 29, EVENTS)
    table = pa.table(
        {
            "case": pa.array(case).cast(pa.string()),
            "activity": pa.array(np.array(list("ABCDE"))[chance.integers(0, 5, EVENTS)]),
            "done": pa.array([f"2026-01-{n:02} 12:00:00" for n in range(1, 29)]).take((day - 1).tolist()),
            "agent": pa.array(np.array(["ann", "bob", "cy"])[chance.integers(0, 3, EVENTS)]),
            "branch": pa.array(np.array(["n", "s"])[chance.integers(0, 2, EVENTS)]),
        }
    )
    return Batches(pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=20_000)))


def test_two_threads_write_what_one_writes(tmp_path: Path) -> None:
    process = a_process(
        events_source(role=None, attributes=(text_attribute("branch"),)),
        case=CaseSpec(end_activities=("E",)),
        segments=("branch",),
    )
    limits = (
        a_limit("l", within=5 * 86400.0),
        a_limit("m", from_activities=("A",), to_activities=("B",), from_which="each"),
    )
    as_of = datetime(2026, 3, 1, tzinfo=UTC)
    answers: list[dict[str, Rows]] = []
    for threads in (1, 2):
        with Store(settings_in(tmp_path / str(threads), threads=threads)) as store:
            land(store, batches(), LoadOrigin("desk", "events", "file", "hash", "r"), loaded_at=LOADED_AT)
            shape(store, process, as_of=as_of)
            publish_standards(store, "desk", standards=[a_standard()], clauses=[])
            spread_verdicts(
                store,
                "desk",
                as_of=as_of,
                keys={},
                verdicts=VERDICT_COLUMNS.empty_table(),
                moves=MOVE_COLUMNS.empty_table(),
                findings=FINDING_COLUMNS.empty_table(),
                limits=limits,
                sentences=SENTENCES,
            )
            find_hotspots(store, process, as_of, limits)
            names = query(
                store,
                "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'mart' "
                "AND table_type = 'BASE TABLE' ORDER BY ALL",
            )
            # a sum over the hashes of all rows, codes included
            answers.append(
                {
                    f"{schema}.{name}": query(
                        store, f'SELECT count(*), sum(hash(t)) FROM mart."{schema}"."{name}" AS t'
                    )
                    for schema, name in names
                }
            )
    assert answers[0]["p1.events"][0][0] > EVENTS * 0.8
    assert answers[0] == answers[1]
