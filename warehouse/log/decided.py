"""What was decided by rule between landed rows and the log: counted per case and load, rejected rows kept whole."""

from __future__ import annotations

from datetime import datetime

from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def write_figures(store: Store, as_of: datetime) -> None:
    """Append the figures of the mapped cases to `case_figures`, and what lies after `as_of` to `pending_cases`."""
    store.run("log", "case_figures", as_of=as_of)
    store.run("log", "pending_cases", as_of=as_of)


def write_unfinished_starts(store: Store, ignored: tuple[int, ...]) -> None:
    """Append how many starts of the scope's cases had no completion; call it for each scope."""
    kept = f"activity_code NOT IN ({', '.join(map(str, ignored))})" if ignored else "true"
    store.run_step(
        composed_step(
            "log/unfinished_starts",
            f"""
            INSERT INTO case_figures
            SELECT case_code, NULL, 'starts_without_completion', sum(n)::BIGINT FROM (
                SELECT case_code, 1 AS n FROM temp.scope_events WHERE lifecycle = 'start' AND {kept}
                UNION ALL
                SELECT case_code, -1 FROM temp.raw_instances WHERE started_at IS NOT NULL
            )
            GROUP BY case_code HAVING sum(n) <> 0
            """,
        )
    )


def write_rejected(store: Store) -> None:
    """Append the rejected rows with their whole text to `rejected_rows`, by source: the columns of each differ."""
    numbers = store.fetch_sql(
        "log/rejecting_sources",
        "SELECT DISTINCT source_no FROM temp.mapped WHERE reject IS NOT NULL ORDER BY source_no",
    )
    for (number,) in numbers:
        columns = store.fetch_sql(
            "log/rejecting_columns",
            "SELECT column_no, name FROM landing.main.landing_columns WHERE source_no = $number ORDER BY column_no",
            number=number,
        )
        # the row is shown under the names of its source, which are values here, never identifiers
        pairs = ", ".join(f"$n{column}, r.c{column}" for column, _ in columns)
        store.run_step(
            composed_step(
                "log/rejected_rows",
                f"""
                INSERT INTO rejected_rows
                SELECT DISTINCT ON (m.load_id, m.row_number, m.reject_column) m.case_code, s.source, m.load_id,
                    m.row_number, m.reject_reason, m.reject_column, m.reject_value,
                    left(CAST(json_object({pairs}) AS VARCHAR), 2000)
                FROM temp.mapped_rows AS m
                JOIN landing.main.landing_sources AS s USING (source_no)
                JOIN landing.main.rows_{int(number)} AS r ON r.load_id = m.load_id AND r.row_number = m.row_number
                WHERE m.source_no = {int(number)} AND m.reject IS NOT NULL
                ORDER BY m.load_id, m.row_number, m.reject_column
                """,
            ),
            {f"n{column}": name for column, name in columns},
        )


def publish_decided(store: Store, process: ProcessSpec) -> int:
    """Replace the published loads, quarantine and counts of the process; the number of quarantined rows."""
    for table in ("loads", "quarantined_rows", "log_counts"):
        store.run_step(
            composed_step(f"log/clear_{table}", f"DELETE FROM main.{table} WHERE process = $process"),
            {"process": process.name},
        )
    quarantined = store.run("log", "publish_unreadable", process=process.name)
    quarantined += store.run("log", "publish_rejected", process=process.name)
    store.run("log", "publish_replayed", process=process.name)
    store.run("log", "publish_loads", process=process.name)
    store.run("log", "log_counts", process=process.name)
    return quarantined
