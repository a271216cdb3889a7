"""Times of elements whose activity alone does not tell them: they share it with others, or have several.

Of an activity that stands for one element all instances count, whatever the alignments say; of the others those that
alignments place at the element. `element_rules` holds which it is, `element_places` the places by variant, both as
the present sums were counted: so shares are taken out by what they were put in by. Per case (promise 9).
"""

from __future__ import annotations

from warehouse.sql_step import composed_step
from warehouse.store import Store


def renew_rules(store: Store, process: str) -> bool:
    """Bring rules and places to the present moves; whether a rule changed, and with it the sums over all cases.

    A new variant seldom changes a rule: its moves must be the first, or the last, to join an activity with an element.
    Cost: a scan of the moves.
    """
    store.run("hotspots", "element_moves", process=process)
    wanted = "SELECT DISTINCT standard_version, element_id, activity_code, is_placed FROM temp.element_moves"
    gone, new = f"FROM element_rules EXCEPT ({wanted})", f"({wanted}) EXCEPT FROM element_rules"
    differing = store.fetch_sql("hotspots/changed_rules", f"SELECT count(*) FROM (({gone}) UNION ALL ({new}))")
    store.connection.execute(
        f"""
        DELETE FROM element_rules;
        INSERT INTO element_rules {wanted} ORDER BY ALL;
        DELETE FROM element_places;
        INSERT INTO element_places
        SELECT standard_version, element_id, is_open, variant_no, instance FROM temp.element_moves WHERE is_placed
        ORDER BY ALL;
        DROP TABLE temp.element_moves
        """
    )
    return differing != [(0,)]


def clear_elements(store: Store) -> None:
    """Forget the sums of elements."""
    store.connection.execute("DELETE FROM element_counts; DELETE FROM element_cases")


def count_elements(store: Store, *, sign: int) -> None:
    """Append the shares of `temp.tally_cases` and `temp.tally_instances` to the sums of elements, with a sign."""
    numbered = store.run_step(
        composed_step(
            "hotspots/numbered_elements",
            """
            CREATE OR REPLACE TEMP TABLE numbered_elements AS
            SELECT standard_version, element_id,
                CAST(row_number() OVER (ORDER BY standard_version, element_id) AS INTEGER) AS element_no
            FROM (SELECT DISTINCT standard_version, element_id FROM element_rules)
            """,
        )
    )
    if numbered:
        store.run("hotspots", "element_instances")
        for name in ("count_elements", "count_element_cases"):
            store.run("hotspots", name, sign=sign)
        store.connection.execute("DROP TABLE temp.element_instances")
    store.connection.execute("DROP TABLE temp.numbered_elements")
