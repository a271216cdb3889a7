"""The variant of each case of the scope: its activities in order of completion, by number.

Short sequences are packed into two whole numbers while cases are counted anyway, exactly; only the cases too long for
that have their sequence made as a list. Per case (promise 9).
"""

from __future__ import annotations

from warehouse.log.instances import word_layout
from warehouse.sql_step import composed_step
from warehouse.store import Store


def find_variants(store: Store) -> int:
    """Fill `temp.case_variants` from `temp.case_boundaries` and `temp.raw_instances`; how many variants are new."""
    bits, per_word = word_layout(store)
    longest = 2 * per_word
    store.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE short_sequences AS
        SELECT entries, w0, w1,
            list_concat({_unpacked("w0", f"least(entries, {per_word})", bits)},
                {_unpacked("w1", f"greatest(entries - {per_word}, 0)", bits)}) AS codes
        FROM (
            SELECT DISTINCT entries, coalesce(word_0, 0::UBIGINT) AS w0, coalesce(word_1, 0::UBIGINT) AS w1
            FROM temp.case_boundaries WHERE entries <= {longest}
        )
        """
    )
    # place and activity are packed into one number and sorted within the case: ten times as fast as
    # list(... ORDER BY ...), and the same
    store.run_step(
        composed_step(
            "log/long_sequences",
            f"""
            CREATE OR REPLACE TEMP TABLE case_sequences AS
            SELECT case_code,
                list_transform(
                    list_sort(list(CAST(instance AS BIGINT) * 4294967296 + activity_code)),
                    lambda packed: CAST(packed % 4294967296 AS INTEGER)
                ) AS codes
            FROM temp.raw_instances
            SEMI JOIN (SELECT case_code FROM temp.case_boundaries WHERE entries > {longest}) USING (case_code)
            GROUP BY case_code
            """,
        )
    )
    before = _count(store)
    store.run("log", "new_variants")
    store.run_step(
        composed_step(
            "log/case_variants",
            f"""
            CREATE OR REPLACE TEMP TABLE case_variants AS
            SELECT b.case_code, v.variant_no
            FROM temp.case_boundaries AS b
            JOIN temp.short_sequences AS s
                ON s.entries = b.entries AND s.w0 = coalesce(b.word_0, 0::UBIGINT)
                AND s.w1 = coalesce(b.word_1, 0::UBIGINT)
            JOIN variant_dictionary AS v USING (codes)
            WHERE b.entries <= {longest}
            UNION ALL
            SELECT s.case_code, v.variant_no FROM temp.case_sequences AS s JOIN variant_dictionary AS v USING (codes)
            """,
        )
    )
    return _count(store) - before


def _unpacked(word: str, entries: str, bits: int) -> str:
    mask = (1 << bits) - 1
    return (
        f"list_transform(range(CAST({entries} AS BIGINT)), "
        f"lambda i: CAST(({word} >> CAST(i * {bits} AS UBIGINT)) & {mask}::UBIGINT AS INTEGER) - 1)"
    )


def _count(store: Store) -> int:
    return int(store.fetch_sql("log/count_variants", "SELECT count(*) FROM variant_dictionary")[0][0])
