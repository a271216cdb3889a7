"""Everything that can be known of a workspace before a night: files, mappings, drawings, names."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.checking.drawing_report import DrawingReport, examine
from pipelines.checking.steps import not_seen, strange_activities, unmapped_steps
from pipelines.clock import clock
from pipelines.compiling.process import process_spec
from pipelines.compiling.standard import compile_standard
from pipelines.errors import BadInput, Problem
from pipelines.planning.make_plan import source_files
from pipelines.stages.outcome import Night
from pipelines.stages.pull import pull
from pipelines.telling import problems_of
from pipelines.workspace.load import Process, Workspace, load_workspace, nearest_sentence
from pipelines.workspace.settings_file import WarehouseSettings
from warehouse.errors import WarehouseError
from warehouse.log.mapping import MappedRows, try_mapping
from warehouse.store import Store, StoreSettings

LIVE_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found: problems that stop a night, warnings that a reader should weigh, notes, and every drawing."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]
    drawings: tuple[DrawingReport, ...] = ()


def check_workspace(folder: Path, *, environ: Mapping[str, str], read_data: bool = True) -> CheckReport:
    """Check the files of a workspace; with `read_data` also its sources, into a store that is thrown away.

    Raises nothing for what is wrong in the workspace: all of it is in the report.
    """
    try:
        workspace = load_workspace(folder)
    except BadInput as error:
        return CheckReport(problems=error.problems, warnings=(), notes=())
    problems = [problem for broken in workspace.unreadable for problem in broken.problems]
    warnings: list[Problem] = []
    notes: list[str] = []
    drawings: list[DrawingReport] = []
    for process in workspace.processes:
        mapped = None
        if read_data:
            mapped = _check_sources(workspace, process, environ, problems, warnings, notes)
        # a sample of a live source need not hold every activity: what is missing from it is only a doubt
        is_sample = any(source.live is not None for source in process.file.sources.values())
        doubts = warnings if is_sample else problems
        _check_standards(process, mapped, problems, warnings, drawings, doubts=doubts)
        if mapped is not None:
            _check_names(process, mapped, doubts)
    return CheckReport(tuple(problems), tuple(warnings), tuple(notes), tuple(drawings))


def _check_sources(
    workspace: Workspace,
    process: Process,
    environ: Mapping[str, str],
    problems: list[Problem],
    warnings: list[Problem],
    notes: list[str],
) -> MappedRows | None:
    try:
        files = source_files(process, workspace=workspace.folder, environ=environ)
    except BadInput as error:
        problems.extend(error.problems)
        return None
    with tempfile.TemporaryDirectory(prefix="asrun-check-") as folder:
        away = Path(folder)
        settings = WarehouseSettings(landing="landing.duckdb", mart="mart.duckdb", snapshot="snapshot.duckdb")
        elsewhere = replace(
            workspace, folder=away, settings=workspace.settings.model_copy(update={"warehouse": settings})
        )
        night = Night(workspace=elsewhere, run_id="check", started_at=clock(), as_of=None)
        try:
            pull(night, process.name, files, live_limit=LIVE_SAMPLE)
            with Store(StoreSettings(landing=away / "landing.duckdb", mart=away / "mart.duckdb")) as store:
                mapped = try_mapping(store, process_spec(process))
        except (BadInput, WarehouseError) as error:
            problems.extend(problems_of(error))
            return None
    live = [name for name, source in process.file.sources.items() if source.live is not None]
    asked = f" and {LIVE_SAMPLE:,} rows at most of {', '.join(live)}" if live else ""
    notes.append(
        f"{process.name}: {len(files)} files{asked}, {mapped.rows:,} usable rows, {mapped.cases:,} cases, "
        f"{len(mapped.activities)} activities"
    )
    for rejected in mapped.rejected:
        example = f", for example '{rejected.example}'" if rejected.example else ""
        warnings.append(
            Problem(
                f"{rejected.rows:,} rows would be quarantined: {rejected.reason} in {rejected.column}{example}.",
                f"process {process.name}",
            )
        )
    if mapped.duplicates:
        notes.append(f"{process.name}: {mapped.duplicates:,} rows repeat an earlier one and are left out")
    if mapped.rows == 0:
        problems.append(
            Problem("no row of the sources can be used.", f"process {process.name}", "Mend the mapping or the sources.")
        )
        return None
    return mapped


def _check_standards(
    process: Process,
    mapped: MappedRows | None,
    problems: list[Problem],
    warnings: list[Problem],
    drawings: list[DrawingReport],
    *,
    doubts: list[Problem],
) -> None:
    if not process.approved_standards:
        warnings.append(Problem("no approved standard: nothing will be judged.", f"process {process.name}"))
    for version in process.standards:
        report, flow, against = examine(version)
        drawings.append(report)
        problems.extend(against)
        if flow is not None and not flow.soundness.is_sound:
            kinds = ", ".join(sorted({flaw.kind.replace("_", " ") for flaw in flow.soundness.flaws}))
            told = f"the drawing is not sound ({kinds}); cases are judged by its runs that reach an end."
            warnings.append(Problem(told, version.flow_name))
        if flow is None or mapped is None:
            continue
        try:
            compiled = compile_standard(process, version, None, mapped.activities)
        except BadInput as error:
            problems.extend(error.problems)
            continue
        doubts.extend(unmapped_steps(version, flow, compiled.match))
        warnings.extend(not_seen(version, flow, compiled.match))
        warnings.extend(strange_activities(version, flow, compiled.match))


def _check_names(process: Process, mapped: MappedRows, problems: list[Problem]) -> None:
    """Activities that process.yaml names must stand in the log, or a case would never end and nobody would know."""
    rule = process.file.case
    named = {
        ("case", "starts", "activity"): rule.starts.activity,
        ("case", "ends", "activity"): rule.ends.activity,
        ("case", "reopened_by"): rule.reopened_by,
        ("case", "measured_from"): rule.measured_from,
        ("case", "measured_to"): rule.measured_to,
        ("ignore",): process.file.ignore,
    }
    for location, names in named.items():
        for name in names:
            if name not in mapped.activities:
                problems.append(
                    Problem(
                        f"{'.'.join(location)}: the log has no activity '{name}'.",
                        process.document.where(location),
                        nearest_sentence(name, list(mapped.activities)),
                    )
                )
