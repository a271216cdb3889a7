"""Findings as analysts read them: narrow rows with their texts, and an identifier stable from night to night."""

from __future__ import annotations

from warehouse.mart.durations import duration_in_words


def deviation_id(process: str, case_id: str, clause_id: str, kind: str, activity: str, occurrence: str) -> str:
    """md5 over length-prefixed fields as an expression, so that no two different findings can have one text."""
    fields = (process, case_id, clause_id, kind, f"coalesce({activity}, '')", f"CAST({occurrence} AS VARCHAR)")
    return "md5(concat(" + ", ".join(f"strlen({field}), ':', {field}" for field in fields) + "))"


def sentence_of(language: str) -> str:
    """A finding `d` in one sentence, by its text `t`: that of a breached limit has marks where its times stand."""
    elapsed, excess = "(d.elapsed_us / 1e6)", "(d.excess_us / 1e6)"
    return (
        f"CASE WHEN d.elapsed_us IS NULL THEN t.sentence_{language} ELSE "
        f"replace(replace(t.sentence_{language}, chr(1), {duration_in_words(language, elapsed)}), "
        f"chr(2), {duration_in_words(language, excess)}) END AS sentence_{language}"
    )


def deviations_of(name: str, schema: str) -> str:
    """Findings with their texts; those of breached limits get their times, which stand in the sentences as marks."""
    elapsed, excess = "(d.elapsed_us / 1e6)", "(d.excess_us / 1e6)"
    sentences = ", ".join(sentence_of(language) for language in ("en", "zh"))
    return f"""
        SELECT {deviation_id(name, "c.case_id", "t.clause_id", "t.kind", "t.activity", "d.occurrence")} AS deviation_id,
            {name} AS process, c.case_id, t.standard_version, t.clause_id, t.kind, t.activity, t.element_id,
            CAST(d.occurrence AS BIGINT) AS occurrence, CAST(d.position AS BIGINT) AS position, d.occurred_at,
            t.expected,
            CASE WHEN d.elapsed_us IS NULL THEN t.observed ELSE {elapsed} || ' s' END AS observed, t.message_key,
            CASE WHEN d.elapsed_us IS NULL THEN t.message_args ELSE
                '{{"elapsed":' || CAST(to_json({elapsed}) AS VARCHAR)
                || ',"excess":' || CAST(to_json({excess}) AS VARCHAR) || ',' || substr(t.message_args, 2)
            END AS message_args,
            {sentences}, t.owner, t.severity, d.excess_us / 1e6 AS excess_seconds, r.resource,
            CASE WHEN d.resolved_at IS NOT NULL THEN 'resolved' WHEN d.is_open THEN 'open' ELSE 'final' END AS status,
            d.first_seen, d.last_seen, d.resolved_at
        FROM {schema}.deviations AS d
        JOIN {schema}.finding_texts AS t USING (finding_no)
        JOIN {schema}.case_ids AS c USING (case_code)
        LEFT JOIN {schema}.resources AS r USING (resource_code)
    """
