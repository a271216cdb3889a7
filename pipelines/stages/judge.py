"""Judge: every variant once against the standard, the verdicts spread over the cases."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from mining.alignment import Alignments, align
from mining.deviations import Finding, find_deviations, findings_table
from mining.events.variant_log import variant_log_from_arrow
from mining.version import CORE_VERSION
from pipelines.compiling.standard import CompiledStandard, compile_standards
from pipelines.planning.stage import digest
from pipelines.sentences.catalogue import LANGUAGES, catalogue, sentence
from pipelines.stages.outcome import Night, Progress, StageOutcome
from pipelines.store_settings import store_settings
from pipelines.telling import few_names
from warehouse.judge.found import Sentences
from warehouse.judge.spread import (
    STEP_VERSION,
    known_activities,
    spread_verdicts,
    variants_to_judge,
)
from warehouse.judge.standards import publish_standards
from warehouse.judge.verdict import FINDING_COLUMNS, MOVE_COLUMNS, VERDICT_COLUMNS
from warehouse.mart.ledger import current_as_of
from warehouse.store import Store


def judge(night: Night, process_name: str, *, anew: bool = False) -> StageOutcome:
    """Hold the cases of a process against the version of the standard in force when each started.

    `BadInput` where a drawing or a name in standard.yaml can't be honoured. A process without an approved standard
    is not judged. Variants that an earlier night judged by the same standard aren't judged again, unless `anew`.
    """
    process = night.workspace.process(process_name)
    with Store(store_settings(night.workspace)) as store:
        standards = compile_standards(process, known_activities(store, process_name))
        publish_standards(
            store,
            process_name,
            standards=[standard.spec for standard in standards],
            clauses=[clause for standard in standards for clause in standard.clauses],
        )
        keys = {standard.version.version: judging_key(standard) for standard in standards}
        variants = variants_to_judge(store, process_name, keys={} if anew else keys)
        as_of = current_as_of(store, process_name)
        if as_of is None:
            raise AssertionError(process_name)
        verdicts, moves, findings = judge_variants(standards, variants, progress=night.progress)
        result = spread_verdicts(
            store,
            process_name,
            as_of=as_of,
            keys=keys,
            verdicts=verdicts,
            moves=moves,
            findings=findings,
            limits=[limit for standard in standards for limit in standard.limits],
            sentences=Sentences(late_en=catalogue("en")["limit.late"], late_zh=catalogue("zh")["limit.late"]),
            anew=anew,
        )
    inexact = verdicts.num_rows - (pc.sum(verdicts.column("is_exact").cast(pa.int64())).as_py() or 0)
    warnings = []
    if inexact:
        warnings.append(f"{inexact:,} variants could not be aligned within the budget; their bounds are published")
    if not standards:
        warnings.append("there is no approved standard: nothing is judged")
    for standard in standards:
        if not standard.flow.soundness.is_sound:
            told = f"standard {standard.version.version}: the drawing is not sound"
            warnings.append(f"{told}; cases are judged by its runs that reach an end")
        warnings += _unmatched(standard)
    return StageOutcome(
        rows=result.deviations,
        note=(
            f"{result.verdicts:,} variants judged ({verdicts.num_rows:,} of them new), "
            f"{result.deviations:,} deviations in {result.cases_judged:,} cases"
            + (f"; {result.resolved:,} of earlier nights are resolved" if result.resolved else "")
        ),
        warnings=tuple(warnings),
    )


def judging_key(standard: CompiledStandard) -> str:
    """What the verdicts on variants rest on: drawing, mapping, owners and severities, words, and our own code."""
    file = standard.version.file.model_dump(exclude={"title", "notes", "approved_by", "approved_on", "limits"})
    words = [sorted(catalogue(language).items()) for language in ("en", "zh")]
    drawings = standard.version.flow_text, standard.version.called_flows
    return digest((CORE_VERSION, STEP_VERSION, drawings, file, words))


def _unmatched(standard: CompiledStandard) -> list[str]:
    """Names on either side that stand alone: not wrong, but a reader should know."""
    told = []
    if standard.match.unmatched_steps:
        names = few_names(standard.match.unmatched_steps)
        told.append(f"standard {standard.version.version}: no activity of the log is the step {names}")
    if standard.match.unmatched_activities:
        names = few_names(standard.match.unmatched_activities)
        told.append(f"standard {standard.version.version}: no step of the flow is the activity {names}")
    return told


def judge_variants(
    standards: tuple[CompiledStandard, ...], variants: pa.Table, *, progress: Progress
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Verdicts, moves and findings of all variants, as the store takes them.

    `variants` has the columns standard_version, is_open, variant_id, activities, case_count.
    """
    verdicts, moves, findings = [], [], []
    done = 0
    for standard in standards:
        for is_open in (False, True):
            chosen = variants.filter(
                (pc.field("standard_version") == standard.version.version) & (pc.field("is_open") == is_open)
            )
            if chosen.num_rows == 0:
                continue
            log = variant_log_from_arrow(chosen.select(["variant_id", "activities", "case_count"]))
            before = done

            def tell(part: int, _whole: int, before: int = before) -> None:
                progress(before + part, variants.num_rows)

            alignments = align(log, standard.flow, standard.match, is_open=is_open, observer=tell)
            done += chosen.num_rows
            progress(done, variants.num_rows)
            verdicts.append(_verdicts(alignments, standard))
            moves.append(_moves(alignments, standard))
            findings.append(
                _findings(find_deviations(alignments, log, standard.flow, standard.match), standard, is_open=is_open)
            )
    return (
        pa.concat_tables([VERDICT_COLUMNS.empty_table(), *verdicts]),
        pa.concat_tables([MOVE_COLUMNS.empty_table(), *moves]),
        pa.concat_tables([FINDING_COLUMNS.empty_table(), *findings]),
    )


def _versioned(table: pa.Table, standard: CompiledStandard) -> pa.Table:
    return table.append_column("standard_version", pa.array([standard.version.version] * table.num_rows, pa.string()))


def _verdicts(alignments: Alignments, standard: CompiledStandard) -> pa.Table:
    return _versioned(alignments.verdicts_table(), standard).select(VERDICT_COLUMNS.names).cast(VERDICT_COLUMNS)


def _moves(alignments: Alignments, standard: CompiledStandard) -> pa.Table:
    return _versioned(alignments.moves_table(), standard).select(MOVE_COLUMNS.names).cast(MOVE_COLUMNS)


def _findings(findings: tuple[Finding, ...], standard: CompiledStandard, *, is_open: bool) -> pa.Table:
    clauses = {clause.clause_id: clause for clause in standard.clauses}
    messages = [(finding.message_key, finding.message_args) for finding in findings]
    # many findings share a sentence
    told = {message: dict(message[1]) for message in set(messages)}
    table = _versioned(findings_table(findings), standard)
    for language in LANGUAGES:
        sentences = {message: sentence(language, message[0], arguments) for message, arguments in told.items()}
        table = _with_text(table, f"sentence_{language}", [sentences[message] for message in messages])
    table = _with_text(table, "owner", [clauses[finding.clause_id].owner for finding in findings])
    table = _with_text(table, "severity", [clauses[finding.clause_id].severity for finding in findings])
    table = table.append_column("is_open", pa.array([is_open] * len(findings), pa.bool_()))
    return table.select(FINDING_COLUMNS.names).cast(FINDING_COLUMNS)


def _with_text(table: pa.Table, name: str, values: Sequence[str | None]) -> pa.Table:
    return table.append_column(name, pa.array(values, pa.string()))
