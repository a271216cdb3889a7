"""Making the plan: what is stale, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mining.version import CORE_VERSION, DISCOVERY_VERSION
from pipelines.compiling.process import process_spec
from pipelines.compiling.protection import protection_of
from pipelines.errors import BadInput, Problem
from pipelines.planning.stage import (
    PROCESS_STAGES,
    WHOLE,
    Plan,
    Refusal,
    SourceFile,
    Stage,
    digest,
    fingerprint,
    stale_reason,
)
from pipelines.report.people import names_of
from pipelines.sources.hashing import content_hash, file_stamp
from pipelines.sources.locating import find_files
from pipelines.store_settings import store_settings
from pipelines.telling import problems_of
from pipelines.workspace.load import Process, Workspace
from warehouse.errors import WarehouseError
from warehouse.gates.loads import replayed_processes, waiting_processes
from warehouse.hotspots.collect import STEP_VERSION as HOTSPOTS_VERSION
from warehouse.judge.spread import STEP_VERSION as JUDGE_VERSION
from warehouse.landing.loads import KnownLoad, known_loads
from warehouse.log.shape import STEP_VERSION as SHAPE_VERSION
from warehouse.mart.ledger import stage_fingerprints
from warehouse.mart.restore import UNFINISHED
from warehouse.store import Store

GATES_VERSION = 1
READING_VERSION = 1
REPORT_VERSION = 1

_CUT_OFF = "the last run was cut off"


def make_plan(
    workspace: Workspace,
    *,
    processes: Sequence[str] = (),
    as_of: datetime | None = None,
    environ: Mapping[str, str],
    full_refresh: bool = False,
) -> Plan:
    """What a run would do: hashes the source files and compares with what the present results were made from.

    `processes` empty stands for all. A process whose configuration can't be read or whose
    files can't be found is refused in the plan; the others go on.
    Raises `BadInput` for unknown names, `WarehouseError` where the store is held by another process.
    """
    broken = [each for each in workspace.unreadable if not processes or each.name in processes]
    set_aside = {each.name for each in broken}
    names = processes or [process.name for process in workspace.processes]
    chosen = [workspace.process(name) for name in names if name not in set_aside]
    settings = store_settings(workspace)
    former: dict[tuple[str, str], str] = {}
    loads: dict[tuple[str, str], tuple[KnownLoad, ...]] = {}
    waiting: frozenset[str] = frozenset()
    replayed: frozenset[str] = frozenset()
    if settings.landing.exists() or settings.mart.exists():
        with Store(settings) as store:
            former = stage_fingerprints(store)
            waiting = waiting_processes(store)
            replayed = replayed_processes(store)
            for process in chosen:
                for source in process.file.sources:
                    loads[process.name, source] = known_loads(store, process=process.name, source=source)
    stages: list[Stage] = []
    refusals = [Refusal(each.name, each.problems) for each in broken]
    for process in chosen:
        try:
            files = source_files(process, workspace=workspace.folder, environ=environ)
        except (BadInput, WarehouseError) as error:
            refusals.append(Refusal(process.name, problems_of(error)))
            continue
        stages.extend(
            _process_stages(
                process,
                files,
                loads=loads,
                former=former,
                as_of=as_of,
                full_refresh=full_refresh,
                is_waiting=process.name in waiting,
                is_replayed=process.name in replayed,
            )
        )
    is_publish_due = any(stage.name == "publish" for stage in _closing_stages(workspace, [], former))
    stages.extend(_closing_stages(workspace, stages, former))
    return Plan(
        as_of=as_of,
        processes=(*(each.name for each in broken), *(process.name for process in chosen)),
        stages=tuple(stages),
        refusals=tuple(refusals),
        is_publish_due=is_publish_due,
    )


def source_files(process: Process, *, workspace: Path, environ: Mapping[str, str]) -> tuple[SourceFile, ...]:
    """The files of all sources of a process with their hashes; `BadInput` with all that can't be found."""
    found: list[SourceFile] = []
    problems: list[Problem] = []
    for name, source in process.file.sources.items():
        if source.files is None:
            continue
        protection = protection_of(process, name)
        # other protection, other rows; a source without any keeps the reading that it had
        protected = () if protection is None else (protection.text,)
        options = (source.format, source.encoding, source.delimiter, source.quote, source.sheet, source.key)
        reading = digest((*options, READING_VERSION, *protected))
        try:
            for located in find_files(source.files, workspace=workspace, environ=environ):
                stamp = file_stamp(located.path)
                content = content_hash(located.path)
                found.append(
                    SourceFile(source=name, located=located, content_hash=content, reading=reading, stamp=stamp)
                )
        except BadInput as error:
            where = process.document.where(("sources", name, "files"))
            problems.extend(
                Problem(problem.what, f"{where} (source {name})", problem.todo) for problem in error.problems
            )
    if problems:
        raise BadInput(*problems)
    return tuple(found)


def _process_stages(
    process: Process,
    files: tuple[SourceFile, ...],
    *,
    loads: Mapping[tuple[str, str], tuple[KnownLoad, ...]],
    former: Mapping[tuple[str, str], str],
    as_of: datetime | None,
    full_refresh: bool,
    is_waiting: bool,
    is_replayed: bool,
) -> list[Stage]:
    name = process.name
    stages: list[Stage] = []
    current: list[tuple[str, str, str]] = []
    reasons: list[str] = []
    asked: list[str] = []
    for source_name, source in process.file.sources.items():
        if source.live is not None:
            asked.append(source_name)
            current.append((source_name, "live", ""))
            continue
        mine = {(file.content_hash, file.reading) for file in files if file.source == source_name}
        known = loads.get((name, source_name), ())
        landed = {(load.content_hash, load.reading) for load in known}
        present = {(load.content_hash, load.reading) for load in known if load.is_current}
        if source.delivery == "increment":
            hashes = {content for content, _ in mine}
            wanted = mine | {pair for pair in present if pair[0] not in hashes}
        else:
            wanted = mine
        current.extend((source_name, *pair) for pair in sorted(wanted))
        new, gone, back = len(wanted - landed), len(present - wanted), len((wanted & landed) - present)
        told = [f"{count} {what}" for count, what in ((new, "new"), (gone, "gone"), (back, "back")) if count]
        if told:
            reasons.append(f"{source_name}: {', '.join(told)}")
    was_cut_off = (name, UNFINISHED) in former
    if reasons or asked or was_cut_off:
        why = [f"files {'; '.join(reasons)}"] if reasons else []
        # its answer is not known before: the later stages are planned, and find little to do where it is little
        why += [f"live source {', '.join(asked)}: asked again"] if asked else []
        why = why or [_CUT_OFF]
        stages.append(Stage(name, "pull", "; ".join(why), fingerprint({"sources": current}), files))
    if reasons or asked or is_waiting or was_cut_off:
        told_why = "files came or went" if reasons else "a live source is asked again" if asked else _CUT_OFF
        gates = fingerprint({"sources": current, "quality": process.file.quality, "step": GATES_VERSION})
        stages.append(Stage(name, "gates", told_why if stages else "loads stand that no gate has passed", gates))
    shape = fingerprint({"sources": current, "mapping": process_spec(process), "as_of": as_of, "step": SHAPE_VERSION})
    standards = [
        (version.version, version.flow_text, version.called_flows, version.file)
        for version in process.approved_standards
    ]
    judge = fingerprint({"log": shape, "standards": standards, "step": (JUDGE_VERSION, CORE_VERSION)})
    wanted_stages = {
        "shape": shape,
        "discover": fingerprint({"log": shape, "step": (DISCOVERY_VERSION, CORE_VERSION)}),
        "judge": judge,
        "hotspots": fingerprint({"log": shape, "verdicts": judge, "step": HOTSPOTS_VERSION}),
    }
    upstream_ran = bool(stages)
    for stage_name, present_fingerprint in wanted_stages.items():
        reason = stale_reason(former.get((name, stage_name)), present_fingerprint)
        if was_cut_off:
            reason = _CUT_OFF
        if full_refresh:
            reason = "full refresh"
        elif reason is None and upstream_ran:
            reason = "a live source is asked again" if asked and not reasons else "the sources changed"
        elif reason is None and is_replayed:
            reason = "held rows were let in"
        if reason is not None:
            stages.append(
                Stage(name, stage_name, reason, present_fingerprint, anew=full_refresh)  # type: ignore[arg-type]
            )
    return stages


def _closing_stages(workspace: Workspace, stages: list[Stage], former: Mapping[tuple[str, str], str]) -> list[Stage]:
    """Publish and report, once after all processes."""
    settings = workspace.settings
    present = {key: value for key, value in former.items() if key[1] in PROCESS_STAGES}
    present |= {(stage.process, stage.name): stage.fingerprint for stage in stages}
    facts = fingerprint({"facts": sorted(present.items())})
    publish: str | None = None
    # facts that were made but not published (a full disk, a power cut) are still to be published
    if stages or (present and former.get((WHOLE, "publish")) != facts):
        publish = "the facts changed"
    elif former and not workspace.path(settings.warehouse.snapshot).exists():
        publish = "the snapshot is missing"
    closing = []
    if publish is not None:
        closing.append(Stage(WHOLE, "publish", publish, facts))
    report = fingerprint(
        {
            "facts": sorted(present.items()),
            "settings": (settings.languages, settings.title, settings.report, sorted(names_of(workspace).items())),
            "step": REPORT_VERSION,
        }
    )
    reason = stale_reason(former.get((WHOLE, "report")), report) if former or stages else None
    if publish is not None:
        reason = publish
    elif reason is None and former and not (workspace.path(settings.report.folder) / "index.html").exists():
        reason = "the report is missing"
    if reason is not None:
        closing.append(Stage(WHOLE, "report", reason, report))
    return closing
