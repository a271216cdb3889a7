"""Everything that can be known of a workspace before a night: files, mappings, drawings, names."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines.compiling.process import process_spec
from pipelines.compiling.standard import compile_standard, read_flow
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


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found: problems that stop a night, warnings that a reader should weigh, and notes."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]


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
    for process in workspace.processes:
        mapped = None
        if read_data:
            mapped = _check_sources(workspace, process, environ, problems, warnings, notes)
        _check_standards(process, mapped, problems, warnings, notes)
        if mapped is not None:
            _check_names(process, mapped, problems)
    return CheckReport(problems=tuple(problems), warnings=tuple(warnings), notes=tuple(notes))


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
        night = Night(workspace=elsewhere, run_id="check", started_at=datetime.now(UTC), as_of=None)
        try:
            pull(night, process.name, files)
            with Store(StoreSettings(landing=away / "landing.duckdb", mart=away / "mart.duckdb")) as store:
                mapped = try_mapping(store, process_spec(process))
        except (BadInput, WarehouseError) as error:
            problems.extend(problems_of(error))
            return None
    notes.append(
        f"{process.name}: {len(files)} files, {mapped.rows:,} usable rows, {mapped.cases:,} cases, "
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
    notes: list[str],
) -> None:
    if not process.approved_standards:
        warnings.append(Problem("no approved standard: nothing will be judged.", f"process {process.name}"))
    for version in process.standards:
        try:
            flow = read_flow(version)
        except BadInput as error:
            problems.extend(error.problems)
            continue
        notes.append(
            f"{version.flow_name}: {len(flow.steps)} steps, {flow.space.state_count:,} states "
            f"({flow.automaton.state_count:,} after minimising), sound"
        )
        for ignored_id, reason in flow.ignored:
            notes.append(f"{version.flow_name}: ignored {ignored_id or 'an element'}: {reason}")
        for flaw in flow.soundness.warnings:
            warnings.append(Problem(flaw.what, version.flow_name))
        if mapped is None:
            continue
        try:
            compiled = compile_standard(process, version, None, mapped.activities)
        except BadInput as error:
            problems.extend(error.problems)
            continue
        where = version.document.where(("activities",))
        for step in compiled.match.unmatched_steps:
            warnings.append(Problem(f"no activity of the log is the step '{step}'.", where))
        for activity in compiled.match.unmatched_activities:
            warnings.append(
                Problem(
                    f"the activity '{activity}' is no step of the flow; each of its events will be a deviation.",
                    where,
                    "Map it under 'activities', or list it under 'ignore'.",
                )
            )


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
