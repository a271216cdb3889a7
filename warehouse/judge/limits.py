"""The time limits of all versions, made visible to SQL, and their catalogue beside the checks."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from warehouse.hotspots.tallies import owe_all
from warehouse.specification import LimitSpec
from warehouse.store import Store, arrow_table


def give_limits(store: Store, limits: Sequence[LimitSpec]) -> None:
    """Fill `temp.given_limits` and `temp.limit_activities`, whose codes are those of the schema in use."""
    text, number, flag = pa.string(), pa.int64(), pa.bool_()
    table = arrow_table(
        {
            "limit_no": (number, range(len(limits))),
            "clause_id": (text, [limit.clause_id for limit in limits]),
            "standard_version": (text, [limit.standard_version for limit in limits]),
            "which": (text, [limit.from_which for limit in limits]),
            "from_at": (text, [limit.from_at for limit in limits]),
            "to_at": (text, [limit.to_at for limit in limits]),
            "from_case_start": (flag, [limit.from_case_start for limit in limits]),
            "to_case_end": (flag, [limit.to_case_end for limit in limits]),
            "within_us": (number, [round(limit.within_seconds * 1e6) for limit in limits]),
            "risk_us": (number, [round(limit.within_seconds * limit.at_risk_share * 1e6) for limit in limits]),
            "only_if_reached": (flag, [limit.only_if_reached for limit in limits]),
            "from_label_en": (text, [limit.from_label_en for limit in limits]),
            "from_label_zh": (text, [limit.from_label_zh for limit in limits]),
            "to_label_en": (text, [limit.to_label_en for limit in limits]),
            "to_label_zh": (text, [limit.to_label_zh for limit in limits]),
            "element_id": (text, [limit.element_id for limit in limits]),
            "to_activity": (text, [next(iter(limit.to_activities), None) for limit in limits]),
            "owner": (text, [limit.owner for limit in limits]),
            "severity": (text, [limit.severity for limit in limits]),
        }
    )
    sides = [
        (number_of, side, name)
        for number_of, limit in enumerate(limits)
        for side, names in (("from", limit.from_activities), ("to", limit.to_activities))
        for name in names
    ]
    activities = arrow_table(
        {
            "limit_no": (number, [row[0] for row in sides]),
            "side": (text, [row[1] for row in sides]),
            "activity": (text, [row[2] for row in sides]),
        }
    )
    with store.registered("limits_in", table), store.registered("limit_activities_in", activities):
        store.connection.execute("CREATE OR REPLACE TEMP TABLE given_limits AS SELECT * FROM limits_in")
        store.connection.execute(
            "CREATE OR REPLACE TEMP TABLE limit_activities AS "
            "SELECT g.limit_no, g.side, a.activity_code "
            "FROM limit_activities_in AS g JOIN activities AS a USING (activity)"
        )


def write_limits(store: Store) -> None:
    """Replace the catalogue `limits` by the given ones, with the activity at which time over them counts.

    Where an activity is in the log that was not when the sums were made, time over its limits had no place in them:
    all sums are owed anew.
    """
    of_limits = "SELECT limit_no, activity_code FROM limits ORDER BY limit_no"
    before = store.fetch_sql("judge/former_limits", of_limits)
    store.connection.execute(
        """
        CREATE OR REPLACE TABLE limits AS
        SELECT g.limit_no::INTEGER AS limit_no, g.clause_id, g.standard_version, g.within_us, g.to_case_end,
            a.activity_code
        FROM temp.given_limits AS g
        LEFT JOIN activities AS a ON a.activity = g.to_activity
        ORDER BY g.limit_no
        """
    )
    if before and store.fetch_sql("judge/present_limits", of_limits) != before:
        owe_all(store, "hotspots")
