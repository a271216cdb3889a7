"""The months of a process, numbered so that a number stays with its month whatever comes before or after."""

from __future__ import annotations

from datetime import datetime, timedelta

from warehouse.errors import Problem, WarehouseError
from warehouse.log.instances import epoch_day
from warehouse.log.zones import months, periods_table
from warehouse.specification import ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def make_periods(store: Store, process: ProcessSpec, first: datetime, last: datetime) -> None:
    """Replace `periods` by the months from `first` to `last`, and fill `temp.period_days` from them.

    A day of UTC lies in the month `period_no`, from `next_from` on in the next: a month's end in the process's zone
    is hardly ever midnight UTC.
    """
    table = periods_table(months(process.time_zone, first, last + timedelta(seconds=1)))
    with store.registered("given_periods", table):
        store.run_step(composed_step("log/periods", "CREATE OR REPLACE TABLE periods AS SELECT * FROM given_periods"))
    make_period_days(store)


def make_period_days(store: Store, periods: str = "periods") -> None:
    """Fill `temp.period_days` from a relation of periods."""
    store.run_step(
        composed_step(
            "log/period_days",
            f"""
            CREATE OR REPLACE TEMP TABLE period_days AS
            WITH days AS (
                SELECT unnest(generate_series(
                    date_trunc('day', (SELECT min(starts_at) FROM {periods})), (SELECT max(ends_at) FROM {periods}),
                    INTERVAL 1 DAY)) AS begins
            )
            SELECT {epoch_day("d.begins")} AS day,
                coalesce(p.period_no, (SELECT min(period_no) - 1 FROM {periods})) AS period_no,
                CASE
                    WHEN p.period_no IS NULL THEN (SELECT min(starts_at) FROM {periods})
                    WHEN p.ends_at < d.begins + INTERVAL 1 DAY THEN p.ends_at
                END AS next_from
            FROM days AS d ASOF LEFT JOIN {periods} AS p ON d.begins >= p.starts_at
            """,
        )
    )


def extent(store: Store) -> tuple[datetime, datetime]:
    """The first and last instant of all cases; raises `WarehouseError` where it has none."""
    row = store.fetch_sql(
        "log/extent",
        "SELECT least(min(started_at), min(first_event_at)), greatest(max(ended_at), max(other_last_event_at)) "
        "FROM cases",
    )[0]
    if row[0] is None:
        raise WarehouseError(Problem("the log has no case."))
    first: datetime = row[0]
    last: datetime = row[1]
    return first, last
