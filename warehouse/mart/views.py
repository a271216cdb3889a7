"""The views that join the working tables of all processes into what analysts read: events, cases, their counts ..."""

from __future__ import annotations

from warehouse.case_columns import cycle_us
from warehouse.mart.counted_views import counted_views
from warehouse.mart.deviation_view import deviations_of
from warehouse.mart.empty_views import EMPTY_VIEWS
from warehouse.mart.view_comments import COMMENTS
from warehouse.specification import AttributeSpec, ProcessSpec
from warehouse.sql_step import composed_step, quoted
from warehouse.store import Store


def make_views(store: Store, process: ProcessSpec) -> None:
    """Make the process's own views, then the views over all processes.

    Inside the caller's transaction on mart. Names in them are schema-qualified only, so that the file can be attached
    under any name.
    """
    schema = _schema(store, process.name)
    _process_views(store, process, schema)
    union_views(store)
    store.use("mart", schema)


def has_views(store: Store, schema: str) -> bool:
    """Whether a process has all views of its own; those that this release brought are missing until it makes them."""
    rows = store.fetch_sql(
        "mart/count_views",
        "SELECT count(*) FROM duckdb_views() WHERE database_name = 'mart' AND schema_name = $schema "
        "AND list_contains($names::VARCHAR[], view_name)",
        schema=schema,
        names=[f"published_{view}" for view in COMMENTS],
    )
    return bool(rows[0][0] == len(COMMENTS))


def union_views(store: Store) -> None:
    """Make the views over all processes that have views of their own."""
    processes = store.fetch_sql("mart/processes", "SELECT ordinal FROM mart.main.process_catalogue ORDER BY ordinal")
    ready = set(
        store.fetch_sql("mart/ready", "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'mart'")
    )
    store.use("mart")
    for view, comments in COMMENTS.items():
        # a process that an earlier release laid out has not all of them yet
        schemas = [f"p{ordinal}" for (ordinal,) in processes if (f"p{ordinal}", f"published_{view}") in ready]
        published = [f"SELECT * FROM {name}.published_{view}" for name in schemas]
        union = " UNION ALL BY NAME ".join([EMPTY_VIEWS[view], *published])
        store.run_step(composed_step(f"mart/view_{view}", f"CREATE OR REPLACE VIEW main.{view} AS {union}"))
        columns = store.fetch_sql(
            "mart/view_columns",
            "SELECT column_name FROM duckdb_columns() WHERE database_name = 'mart' AND schema_name = 'main' "
            "AND table_name = $view",
            view=view,
        )
        store.connection.execute(f"COMMENT ON VIEW main.{view} IS {_literal(comments[''])}")
        for (column,) in columns:
            text = comments.get(column, f"Attribute {column}, as the process lists it")
            store.connection.execute(f"COMMENT ON COLUMN main.{view}.{quoted(column)} IS {_literal(text)}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _schema(store: Store, process: str) -> str:
    rows = store.fetch_sql(
        "mart/find_process",
        "SELECT ordinal FROM mart.main.process_catalogue WHERE process = $process",
        process=process,
    )
    return f"p{rows[0][0]}"


def _published(specs: tuple[AttributeSpec, ...], prefix: str, alias: str) -> str:
    return "".join(
        f", {alias}.{prefix}{index} AS {quoted(spec.name)}" for index, spec in enumerate(specs) if spec.publish
    )


def _process_views(store: Store, process: ProcessSpec, schema: str) -> None:
    # the name of a process is checked against a pattern without quotes, and a literal lets DuckDB prune branches
    name = f"'{process.name}'"
    case_specs = process.attributes("case")
    names = [spec.name for spec in case_specs]
    keys = ", ".join(_literal(segment) for segment in process.segments)
    values = ", ".join(f"CAST(k.k{names.index(segment)} AS VARCHAR)" for segment in process.segments)
    segments = f"map([{keys}], [{values}])" if process.segments else "map([]::VARCHAR[], []::VARCHAR[])"
    seconds = ", ".join(
        f"(epoch_us(i.{end}) - epoch_us(i.{start})) / 1e6 AS {part}_seconds"
        for part, start, end in (
            ("waiting", "enabled_at", "started_at"),
            ("processing", "started_at", "completed_at"),
            ("sojourn", "enabled_at", "completed_at"),
        )
    )
    business = ", ".join(f"NULL::DOUBLE AS {m}_business_seconds" for m in ("waiting", "processing", "sojourn"))
    views = {
        "events": f"""
            SELECT {name} AS process, c.case_id, CAST(e.position AS BIGINT) AS position,
                a.activity, e.lifecycle, r.resource, o.role, e.occurred_at,
                CAST(e.load_id AS BIGINT) AS load_id, e.row_number{_published(process.attributes("event"), "e", "e")}
            FROM {schema}.events AS e
            JOIN {schema}.case_ids AS c USING (case_code)
            JOIN {schema}.activities AS a USING (activity_code)
            LEFT JOIN {schema}.resources AS r USING (resource_code)
            LEFT JOIN {schema}.roles AS o USING (role_code)
        """,
        "activity_instances": f"""
            SELECT {name} AS process, c.case_id, CAST(i.instance AS BIGINT) AS instance,
                a.activity, r.resource, o.role, i.enabled_at, i.started_at,
                i.completed_at, {seconds}, {business}
            FROM {schema}.instances AS i
            JOIN {schema}.case_ids AS c USING (case_code)
            JOIN {schema}.activities AS a USING (activity_code)
            LEFT JOIN {schema}.resources AS r USING (resource_code)
            LEFT JOIN {schema}.roles AS o USING (role_code)
        """,
        "cases": f"""
            SELECT {name} AS process, c.case_id, k.state, k.started_at, k.ended_at, p.period,
                CAST(k.event_count AS BIGINT) AS event_count,
                d.variant_id, v.standard_version, {cycle_us("k")} / 1e6 AS cycle_seconds,
                NULL::DOUBLE AS cycle_business_seconds,
                v.alignment_cost, v.fitness, coalesce(v.deviation_count, 0) AS deviation_count, v.is_conformant,
                {segments} AS segments{_published(case_specs, "k", "k")}
            FROM {schema}.cases AS k
            JOIN {schema}.case_ids AS c USING (case_code)
            JOIN {schema}.variant_dictionary AS d USING (variant_no)
            LEFT JOIN {schema}.periods AS p USING (period_no)
            LEFT JOIN {schema}.case_verdicts AS v USING (case_code)
        """,
        "limit_checks": f"""
            SELECT {name} AS process, c.case_id, l.clause_id, l.standard_version,
                CAST(k.occurrence AS BIGINT) AS occurrence, k.from_at,
                CASE WHEN k.is_reached THEN k.until_at END AS to_at,
                make_timestamptz(epoch_us(k.from_at) + l.within_us) AS due_at,
                greatest(0, epoch_us(k.until_at) - epoch_us(k.from_at)) / 1e6 AS elapsed_seconds,
                NULL::DOUBLE AS business_seconds, 0.0::DOUBLE AS paused_seconds, l.within_us / 1e6 AS limit_seconds,
                k.outcome, a.activity AS to_activity
            FROM {schema}.limit_checks AS k
            JOIN {schema}.limits AS l USING (limit_no)
            JOIN {schema}.case_ids AS c USING (case_code)
            LEFT JOIN {schema}.activities AS a ON a.activity_code = k.to_code
        """,
        "deviations": deviations_of(name, schema),
        "case_counts": f"""
            SELECT {name} AS process, p.period, k.state, k.standard_version, k.is_conformant,
                k.cycle_us / 1e6 AS cycle_seconds, sum(k.n)::BIGINT AS case_count
            FROM {schema}.case_counts AS k LEFT JOIN {schema}.periods AS p USING (period_no)
            GROUP BY ALL HAVING sum(k.n) <> 0
        """,
        "limit_counts": f"""
            SELECT {name} AS process, l.clause_id, l.standard_version, l.within_us / 1e6 AS limit_seconds, k.outcome,
                k.used_us / 1e6 AS used_seconds, sum(k.n)::BIGINT AS check_count
            FROM {schema}.limit_counts AS k JOIN {schema}.limits AS l USING (limit_no)
            GROUP BY ALL HAVING sum(k.n) <> 0
        """,
        **counted_views(name, schema),
    }
    for view, sql in views.items():
        store.run_step(
            composed_step(f"mart/published_{view}", f"CREATE OR REPLACE VIEW {schema}.published_{view} AS {sql}")
        )
