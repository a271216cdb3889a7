"""Views over what nights count of findings and elements: read in an instant, however long the log is."""

from __future__ import annotations

from warehouse.mart.deviation_view import sentence_of

_SEVERITIES = "['low', 'medium', 'high', 'critical']"


def counted_views(name: str, schema: str) -> dict[str, str]:
    """The views of a process by name; `name` is the process as a literal, `schema` that of its tables."""
    # all texts of an identity have one clause, kind and activity
    groups = f"""(
        SELECT identity_no, any_value(clause_id) AS clause_id, any_value(kind) AS kind, any_value(activity) AS activity
        FROM {schema}.finding_texts GROUP BY identity_no
    )"""
    sentences = ", ".join(sentence_of(language) for language in ("en", "zh"))
    return {
        "deviation_groups": f"""
            SELECT {name} AS process, g.clause_id, g.kind, g.activity, k.cases, k.open_cases, k.findings,
                k.excess_seconds, s.severity
            FROM (
                SELECT identity_no, sum(cases)::BIGINT AS cases,
                    coalesce(sum(cases) FILTER (status = 'open'), 0)::BIGINT AS open_cases,
                    sum(findings)::BIGINT AS findings,
                    CASE WHEN sum(timed) > 0 THEN sum(excess_us)::DOUBLE / 1000000 END AS excess_seconds
                FROM {schema}.finding_counts WHERE tally = 'group' GROUP BY identity_no HAVING sum(findings) <> 0
            ) AS k
            JOIN {groups} AS g USING (identity_no)
            LEFT JOIN (
                SELECT t.identity_no,
                    list_extract({_SEVERITIES}, max(list_position({_SEVERITIES}, t.severity))) AS severity
                FROM (
                    SELECT finding_no FROM {schema}.finding_counts WHERE tally = 'text'
                    GROUP BY finding_no HAVING sum(findings) <> 0
                ) AS present
                JOIN {schema}.finding_texts AS t USING (finding_no) GROUP BY t.identity_no
            ) AS s USING (identity_no)
        """,
        "deviation_periods": f"""
            SELECT {name} AS process, g.clause_id, g.kind, g.activity, p.period, sum(k.cases)::BIGINT AS cases,
                sum(k.findings)::BIGINT AS findings
            FROM {schema}.finding_counts AS k
            JOIN {groups} AS g USING (identity_no)
            LEFT JOIN {schema}.periods AS p USING (period_no)
            WHERE k.tally = 'group' GROUP BY ALL HAVING sum(k.findings) <> 0
        """,
        "deviation_examples": f"""
            SELECT {name} AS process, t.clause_id, t.kind, t.activity, CAST(d.place AS BIGINT) AS place, c.case_id,
                CAST(d.occurrence AS BIGINT) AS occurrence, d.found_at, t.standard_version, t.owner, {sentences}
            FROM {schema}.finding_examples AS d
            JOIN {schema}.finding_texts AS t USING (finding_no)
            JOIN {schema}.case_ids AS c USING (case_code)
        """,
        "deviation_elements": f"""
            SELECT {name} AS process, standard_version, element_id, sum(cases)::BIGINT AS cases,
                sum(findings)::BIGINT AS findings
            FROM {schema}.finding_counts WHERE tally = 'element' GROUP BY ALL HAVING sum(findings) <> 0
        """,
        "deviation_totals": f"""
            SELECT {name} AS process, status, sum(cases)::BIGINT AS cases, sum(findings)::BIGINT AS findings
            FROM {schema}.finding_counts WHERE tally = 'status' GROUP BY ALL HAVING sum(findings) <> 0
        """,
        # a half of n instances is reached by the least time that ceil(n / 2) of them don't exceed, as quantile_disc
        "element_times": f"""
            SELECT {name} AS process, k.standard_version, k.element_id, sum(k.n)::BIGINT AS instances,
                any_value(c.cases) AS cases, min(k.sojourn_us) FILTER (k.up_to * 2 >= k.timed) / 1e6 AS p50_seconds,
                sum(k.sojourn_us::HUGEINT * k.n)::DOUBLE / 1000000 AS total_seconds
            FROM (
                SELECT *,
                    sum(n) FILTER (sojourn_us IS NOT NULL) OVER (
                        PARTITION BY standard_version, element_id ORDER BY sojourn_us NULLS LAST
                    ) AS up_to,
                    sum(n) FILTER (sojourn_us IS NOT NULL) OVER (PARTITION BY standard_version, element_id) AS timed
                FROM (
                    SELECT standard_version, element_id, sojourn_us, sum(n) AS n
                    FROM {schema}.element_counts GROUP BY ALL HAVING sum(n) <> 0
                )
            ) AS k
            JOIN (
                SELECT standard_version, element_id, sum(n)::BIGINT AS cases FROM {schema}.element_cases GROUP BY ALL
            ) AS c USING (standard_version, element_id)
            GROUP BY k.standard_version, k.element_id
        """,
    }
