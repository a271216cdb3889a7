"""Rows of a made-up snapshot before they are written, and what all its processes have."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

AS_OF = datetime(2026, 10, 12, 16, 0, tzinfo=UTC)


@dataclass
class Tables:
    """Rows by table; columns by the names of the first row."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)


def add_process(tables: Tables, name: str, en: str, zh: str, owner: str | None, url: str | None) -> None:
    tables.add(
        "processes",
        process=name,
        title_en=en,
        title_zh=zh,
        owner=owner,
        time_zone="Asia/Shanghai",
        case_url=url,
        segment_names=["branch"],
        as_of=AS_OF,
    )
    for night in range(3):
        started = AS_OF - timedelta(days=2 - night) + timedelta(hours=2)
        tables.add(
            "runs",
            run_id=f"night-{night}",
            process=name,
            as_of=AS_OF - timedelta(days=2 - night),
            started_at=started,
            finished_at=started + timedelta(seconds=41),
            status="done",
            reason="new data in source tickets",
            rows_landed=100 * night,
            rows_quarantined=4,
            cases_touched=20 + night,
            variants_new=night,
        )


def id_of(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
