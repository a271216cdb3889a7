"""The rows in quarantine, as the snapshot has them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from warehouse.reading.snapshot import Snapshot
from warehouse.sql_step import execute, sql_step


def quarantined(
    snapshot_path: Path | str,
    *,
    process: str | None = None,
    reason: str | None = None,
    with_replayed: bool = False,
    most_rows: int | None = None,
) -> pa.Table:
    """Rows that wait in quarantine (`with_replayed`: those let in since, too), of one process and reason or of all.

    Raises `WarehouseError` where there is no snapshot. Cost: a scan of the quarantined rows.
    """
    with Snapshot(snapshot_path) as snapshot:
        return execute(
            snapshot.connection(),
            sql_step("reading", "quarantine"),
            {"process": process, "reason": reason, "with_replayed": with_replayed, "most_rows": most_rows},
        ).to_arrow_table()
