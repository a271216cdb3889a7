"""The views over all processes while there is no process: their columns and types, and no rows."""

from __future__ import annotations

EMPTY_VIEWS = {
    "events": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS case_id, NULL::BIGINT AS position, NULL::VARCHAR AS activity,
            NULL::VARCHAR AS lifecycle, NULL::VARCHAR AS resource, NULL::VARCHAR AS role,
            NULL::TIMESTAMPTZ AS occurred_at, NULL::BIGINT AS load_id, NULL::BIGINT AS row_number
        WHERE false
    """,
    "activity_instances": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS case_id, NULL::BIGINT AS instance, NULL::VARCHAR AS activity,
            NULL::VARCHAR AS resource, NULL::VARCHAR AS role, NULL::TIMESTAMPTZ AS enabled_at,
            NULL::TIMESTAMPTZ AS started_at, NULL::TIMESTAMPTZ AS completed_at, NULL::DOUBLE AS waiting_seconds,
            NULL::DOUBLE AS processing_seconds, NULL::DOUBLE AS sojourn_seconds,
            NULL::DOUBLE AS waiting_business_seconds, NULL::DOUBLE AS processing_business_seconds,
            NULL::DOUBLE AS sojourn_business_seconds
        WHERE false
    """,
    "cases": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS case_id, NULL::VARCHAR AS state,
            NULL::TIMESTAMPTZ AS started_at, NULL::TIMESTAMPTZ AS ended_at, NULL::VARCHAR AS period,
            NULL::BIGINT AS event_count, NULL::VARCHAR AS variant_id, NULL::VARCHAR AS standard_version,
            NULL::DOUBLE AS cycle_seconds, NULL::DOUBLE AS cycle_business_seconds, NULL::BIGINT AS alignment_cost,
            NULL::DOUBLE AS fitness, NULL::BIGINT AS deviation_count, NULL::BOOLEAN AS is_conformant,
            map([]::VARCHAR[], []::VARCHAR[]) AS segments
        WHERE false
    """,
    "limit_checks": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS case_id, NULL::VARCHAR AS clause_id,
            NULL::VARCHAR AS standard_version, NULL::BIGINT AS occurrence, NULL::TIMESTAMPTZ AS from_at,
            NULL::TIMESTAMPTZ AS to_at, NULL::TIMESTAMPTZ AS due_at, NULL::DOUBLE AS elapsed_seconds,
            NULL::DOUBLE AS business_seconds, NULL::DOUBLE AS paused_seconds, NULL::DOUBLE AS limit_seconds,
            NULL::VARCHAR AS outcome, NULL::VARCHAR AS to_activity
        WHERE false
    """,
    # what releases before 0.4.0 wrote stands until its process is judged again; every name is qualified, for macros
    # that read the view have parameters
    "deviations": """
        SELECT e.deviation_id, e.process, e.case_id, e.standard_version, e.clause_id, e.kind, e.activity,
            e.element_id, e.occurrence, e.position, e.occurred_at, e.expected, e.observed, e.message_key,
            e.message_args, e.sentence_en, e.sentence_zh, e.owner, e.severity, e.excess_seconds, e.resource,
            e.status, e.first_seen, e.last_seen, e.resolved_at
        FROM main.earlier_deviations AS e
    """,
    "case_counts": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS period, NULL::VARCHAR AS state,
            NULL::VARCHAR AS standard_version, NULL::BOOLEAN AS is_conformant, NULL::DOUBLE AS cycle_seconds,
            NULL::BIGINT AS case_count
        WHERE false
    """,
    "limit_counts": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS clause_id, NULL::VARCHAR AS standard_version,
            NULL::DOUBLE AS limit_seconds, NULL::VARCHAR AS outcome, NULL::DOUBLE AS used_seconds,
            NULL::BIGINT AS check_count
        WHERE false
    """,
    "deviation_groups": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS clause_id, NULL::VARCHAR AS kind, NULL::VARCHAR AS activity,
            NULL::BIGINT AS cases, NULL::BIGINT AS open_cases, NULL::BIGINT AS findings,
            NULL::DOUBLE AS excess_seconds, NULL::VARCHAR AS severity
        WHERE false
    """,
    "deviation_periods": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS clause_id, NULL::VARCHAR AS kind, NULL::VARCHAR AS activity,
            NULL::VARCHAR AS period, NULL::BIGINT AS cases, NULL::BIGINT AS findings
        WHERE false
    """,
    "deviation_examples": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS clause_id, NULL::VARCHAR AS kind, NULL::VARCHAR AS activity,
            NULL::BIGINT AS place, NULL::VARCHAR AS case_id, NULL::BIGINT AS occurrence,
            NULL::TIMESTAMPTZ AS found_at, NULL::VARCHAR AS standard_version, NULL::VARCHAR AS owner,
            NULL::VARCHAR AS sentence_en, NULL::VARCHAR AS sentence_zh
        WHERE false
    """,
    "deviation_elements": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS standard_version, NULL::VARCHAR AS element_id,
            NULL::BIGINT AS cases, NULL::BIGINT AS findings
        WHERE false
    """,
    "deviation_totals": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS status, NULL::BIGINT AS cases, NULL::BIGINT AS findings
        WHERE false
    """,
    "element_times": """
        SELECT NULL::VARCHAR AS process, NULL::VARCHAR AS standard_version, NULL::VARCHAR AS element_id,
            NULL::BIGINT AS instances, NULL::BIGINT AS cases, NULL::DOUBLE AS p50_seconds,
            NULL::DOUBLE AS total_seconds
        WHERE false
    """,
}
