"""The versions of a standard and their clauses, as published."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.specification import ClauseSpec, StandardSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store


def publish_standards(
    store: Store, process: str, *, standards: Sequence[StandardSpec], clauses: Sequence[ClauseSpec]
) -> None:
    """Replace the published versions and clauses of a process (in a transaction of its own)."""
    with store.transaction("mart"):
        for table in ("standards", "clauses"):
            store.run_step(
                composed_step(f"judge/clear_{table}", f"DELETE FROM main.{table} WHERE process = $process"),
                {"process": process},
            )
        for standard in standards:
            store.run_step(
                composed_step(
                    "judge/publish_standard",
                    """
                    INSERT INTO standards VALUES ($process, $version, $valid_from, $valid_to, $approved_by,
                        $approved_on, $fingerprint, $flow, $notes, $title_en, $title_zh, $owner, $participant,
                        $called_flows)
                    """,
                ),
                {
                    "process": process,
                    "version": standard.version,
                    "valid_from": standard.valid_from,
                    "valid_to": standard.valid_to,
                    "approved_by": standard.approved_by,
                    "approved_on": standard.approved_on,
                    "fingerprint": standard.fingerprint,
                    "flow": standard.flow_text,
                    "notes": standard.notes,
                    "title_en": standard.title_en,
                    "title_zh": standard.title_zh,
                    "owner": standard.owner,
                    "participant": standard.participant,
                    "called_flows": list(standard.called_flows),
                },
            )
        for clause in clauses:
            store.run_step(
                composed_step(
                    "judge/publish_clause",
                    """
                    INSERT INTO clauses VALUES ($process, $version, $clause_id, $kind, $element_id, $text_en, $text_zh,
                        $owner, $severity, $target)
                    """,
                ),
                {
                    "process": process,
                    "version": clause.standard_version,
                    "clause_id": clause.clause_id,
                    "kind": clause.kind,
                    "element_id": clause.element_id,
                    "text_en": clause.text_en,
                    "text_zh": clause.text_zh,
                    "owner": clause.owner,
                    "severity": clause.severity,
                    "target": clause.target,
                },
            )
