"""A process that has not had a good night since an upgrade is read from its facts: it has no counts yet."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from warehouse.mart.empty_views import EMPTY_VIEWS
from warehouse.reading import rows
from warehouse.reading.snapshot import Snapshot


def _shown(path: Path) -> list[object]:
    with Snapshot(path) as snapshot:
        (process,) = (row.process for row in snapshot.read(rows.ProcessRow))
        period = max(row.period for row in snapshot.read(rows.TrendRow, process=process))
        return [
            snapshot.read(rows.DeviationGroupRow, process=process, period=period),
            snapshot.read(rows.ResolvedDeviationsRow, process=process),
            snapshot.read(rows.CaseStateRow, process=process),
            snapshot.read(rows.LimitRow, process=process),
        ]


def test_a_process_without_counts_is_read_from_its_facts(demo_night: Path, tmp_path: Path) -> None:
    published = demo_night / "published" / "asrun.duckdb"
    wanted = _shown(published)
    assert wanted[0]
    copy = tmp_path / "asrun.duckdb"
    shutil.copyfile(published, copy)
    with duckdb.connect(str(copy)) as connection:
        for view in ("deviation_groups", "deviation_examples", "deviation_periods", "deviation_totals"):
            connection.execute(
                f"DROP VIEW p1.published_{view}; CREATE OR REPLACE VIEW main.{view} AS {EMPTY_VIEWS[view]}"
            )
    assert _shown(copy) == wanted
    with duckdb.connect(str(copy)) as connection:
        for view in ("case_counts", "limit_counts"):
            connection.execute(
                f"DROP VIEW p1.published_{view}; CREATE OR REPLACE VIEW main.{view} AS {EMPTY_VIEWS[view]}"
            )
    assert _shown(copy) == wanted
