"""Making the plan: what is stale, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.compiling.protection import protection_of
from pipelines.errors import BadInput, Problem
from pipelines.planning.choosing import choose_stages
from pipelines.planning.inputs import stage_inputs
from pipelines.planning.reasons import stale_reason
from pipelines.planning.stage import (
    PROCESS_STAGES,
    WHOLE,
    Plan,
    Refusal,
    SourceFile,
    Stage,
    StageName,
    digest,
    fingerprint,
)
from pipelines.report.people import names_of
from pipelines.sources.hashing import FileStamp, stamped_hash
from pipelines.sources.known_hashes import KnownHashes
from pipelines.sources.locating import find_files
from pipelines.store_settings import store_settings
from pipelines.telling import few_names, problems_of
from pipelines.workspace.load import Process, Workspace
from warehouse.compact import DeadSpace, dead_space
from warehouse.errors import WarehouseError
from warehouse.gates.loads import replayed_processes, waiting_processes
from warehouse.landing.loads import KnownLoad, known_loads, standing_loads
from warehouse.landing.undo import undoings_in_force
from warehouse.mart.ledger import stage_fingerprints
from warehouse.mart.restore import UNFINISHED
from warehouse.migrations import latest_version
from warehouse.specification import Interval
from warehouse.store import Store

GATES_VERSION = 1
READING_VERSION = 1
REPORT_VERSION = 1
# dead space that is worth a word: this share of the working files, and so many bytes
_MUCH = 0.5
_MUCH_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store says before a plan is made: fingerprints, loads by process and source, runs that are undone."""

    former: Mapping[tuple[str, str], str] = field(default_factory=dict)
    loads: Mapping[tuple[str, str], tuple[KnownLoad, ...]] = field(default_factory=dict)
    undone: Mapping[str, str] = field(default_factory=dict)  # undoing -> run
    dead: DeadSpace | None = None
    waiting: frozenset[str] = frozenset()  # processes with loads that no gate has passed
    replayed: frozenset[str] = frozenset()  # processes whose facts are older than a row that was let in


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the operator asked for beyond the processes."""

    as_of: datetime | None
    full_refresh: bool
    stages: tuple[StageName, ...]
    interval: Interval | None
    landed_as_is: str | None


_CUT_OFF = "the last run was cut off"


def make_plan(
    workspace: Workspace,
    *,
    processes: Sequence[str] = (),
    as_of: datetime | None = None,
    environ: Mapping[str, str],
    full_refresh: bool = False,
    stages: tuple[StageName, ...] = (),
    interval: Interval | None = None,
    landed_as_is: str | None = None,
) -> Plan:
    """What a run would do: the source files by their hashes against what the present results were made from.

    `processes` empty stands for all. `stages`: only these, anew, with what hangs on them; empty: what is stale. The
    cases with an event in `interval` are derived anew, and live sources are asked for it again (bounds without an
    offset are local times of each process). `landed_as_is`: why the sources are not looked at, only what is
    landed. A process whose configuration can't be read or whose files can't be found is refused in the plan; the others
    go on. Raises `BadInput` for unknown names, `WarehouseError` where the store is held by another process.
    """
    broken = [each for each in workspace.unreadable if not processes or each.name in processes]
    set_aside = {each.name for each in broken}
    names = processes or [process.name for process in workspace.processes]
    chosen = [workspace.process(name) for name in names if name not in set_aside]
    known = _known(workspace, chosen)
    asked = _Asked(as_of, full_refresh, stages, interval, landed_as_is)
    planned: list[Stage] = []
    notes: list[str] = []
    refusals = [Refusal(each.name, each.problems) for each in broken]
    hashes = KnownHashes(store_settings(workspace).mart.with_name("source_hashes.json"))
    for process in chosen:
        try:
            files: tuple[SourceFile, ...] = ()
            if landed_as_is is None:
                files = source_files(process, workspace=workspace.folder, environ=environ, hash_of=hashes.hash_of)
        except (BadInput, WarehouseError) as error:
            refusals.append(Refusal(process.name, problems_of(error)))
            continue
        todo, left = choose_stages(_process_stages(process, files, known=known, asked=asked), stages)
        planned.extend(todo)
        notes += [f"{stage.process}: {stage.name} stays stale ({stage.reason}) until a run does it." for stage in left]
        notes += _undone_notes(process, files, known)
    hashes.keep()
    is_publish_due = any(stage.name == "publish" for stage in _closing_stages(workspace, [], known.former))
    planned.extend(_closing_stages(workspace, planned, known.former, stages))
    if known.dead is not None and known.dead.share > _MUCH and known.dead.size > _MUCH_BYTES:
        dead = (
            f"about {known.dead.size / 1e6:,.0f} MB ({known.dead.share:.0%}) of the working files hold nothing any more"
        )
        notes.append(f"{dead}; asrun compact gives the room back.")
    return Plan(
        as_of=as_of,
        processes=(*(each.name for each in broken), *(process.name for process in chosen)),
        stages=tuple(planned),
        refusals=tuple(refusals),
        is_publish_due=is_publish_due,
        notes=tuple(notes),
    )


def _known(workspace: Workspace, processes: Sequence[Process]) -> _Known:
    settings = store_settings(workspace)
    if not settings.landing.exists() and not settings.mart.exists():
        return _Known()
    with Store(settings) as store:
        return _Known(
            former=stage_fingerprints(store),
            loads={
                (process.name, source): known_loads(store, process=process.name, source=source)
                for process in processes
                for source in process.file.sources
            },
            undone={undoing.undo_id: undoing.run_id for undoing in undoings_in_force(store)},
            dead=dead_space(store),
            waiting=waiting_processes(store),
            replayed=replayed_processes(store),
        )


def _undone_notes(process: Process, files: Sequence[SourceFile], known: _Known) -> list[str]:
    """The files that are delivered but stay out, for the run that brought them is undone."""
    notes = []
    for source in process.file.sources:
        undone: dict[str, list[str]] = {}
        for load in known.loads.get((process.name, source), ()):
            delivered = [
                file.located.locator
                for file in files
                if file.source == source and (file.content_hash, file.reading) == load.content
            ]
            if delivered and load.undone_by is not None:
                undone.setdefault(known.undone.get(load.undone_by, load.undone_by), []).append(delivered[0])
        for run_id, locators in sorted(undone.items()):
            count = f"{len(locators)} file" + ("s" if len(locators) > 1 else "")
            notes.append(
                f"{process.name}, source {source}: {count} of run {run_id}, which is undone, stay out "
                f"({few_names(locators)}); deliver them changed, or: asrun redo {run_id}"
            )
    return notes


def source_files(
    process: Process,
    *,
    workspace: Path,
    environ: Mapping[str, str],
    hash_of: Callable[[Path], tuple[FileStamp | None, str]] = stamped_hash,
) -> tuple[SourceFile, ...]:
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
                stamp, content = hash_of(located.path)
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
    process: Process, files: tuple[SourceFile, ...], *, known: _Known, asked: _Asked
) -> list[tuple[Stage, bool]]:
    """All stages of a process in order, each with whether it is stale."""
    name = process.name
    interval = None if asked.interval is None else _in_zone(asked.interval, process.time_zone)
    current: list[tuple[str, str, str]] = []
    reasons: list[str] = []
    live: list[str] = []
    is_live = any(source.live is not None for source in process.file.sources.values())
    for source_name, source in process.file.sources.items():
        if source.live is not None:
            if asked.landed_as_is is None:
                live.append(source_name)
            current.append((source_name, "live", ""))
            continue
        loads = known.loads.get((name, source_name), ())
        present = {load.content for load in loads if load.is_current}
        if asked.landed_as_is is not None:
            wanted, told = present, ""
        else:
            mine = {
                (file.content_hash, file.reading): file.located.locator for file in files if file.source == source_name
            }
            standing = standing_loads(loads, contents=mine, delivery=source.delivery)
            landed = {load.content for load in loads}
            wanted = {load.content for load in loads if load.load_id in standing} | (set(mine) - landed)
            locators = {load.content: load.locator for load in loads} | mine
            told = _came_and_went(locators, landed=landed, present=present, wanted=wanted)
        current.extend((source_name, *pair) for pair in sorted(wanted))
        if told:
            reasons.append(f"{source_name}: {told}")
    was_cut_off = (name, UNFINISHED) in known.former
    why = [f"files {'; '.join(reasons)}"] if reasons else []
    # its answer is not known before: the later stages are planned, and find little to do where it is little
    also = f", also for what lies{_told_bounds(interval)} UTC" if interval is not None else ""
    why += [f"live source {', '.join(live)}: asked again{also}"] if live else []
    if was_cut_off and asked.landed_as_is is None:
        why = why or [_CUT_OFF]
    pull = Stage(
        name,
        "pull",
        "; ".join(why),
        fingerprint({f"source/{source}": [each for each in current if each[0] == source] for source, *_ in current}),
        files,
        interval=interval,
    )
    came = "the sources changed" if reasons else "a live source is asked again" if live else None
    came = came or (_CUT_OFF if was_cut_off else None)
    waits = "loads stand that no gate has passed" if name in known.waiting else None
    asked_of_gates = fingerprint({"sources": current, "quality": process.file.quality, "step": GATES_VERSION})
    gates = Stage(name, "gates", came or waits or "", asked_of_gates)
    stages: list[tuple[Stage, bool]] = [(pull, bool(why)), (gates, bool(came or waits))]
    for stage_name, present_fingerprint in stage_inputs(process, current, as_of=asked.as_of).items():
        reason = stale_reason(known.former.get((name, stage_name)), present_fingerprint)
        if was_cut_off:
            reason = _CUT_OFF
        if asked.full_refresh:
            reason = "full refresh"
        elif asked.landed_as_is is not None and (reason is not None or is_live):
            # the fingerprint can't tell which rows of a live source stand
            reason = asked.landed_as_is
        elif reason is None and (came or waits):
            reason = came or waits
        elif reason is None and name in known.replayed:
            reason = "held rows were let in"
        elif interval is not None and stage_name == "shape":
            reason = "; ".join((*([reason] if reason else []), f"asked for: {_told_interval(interval)}"))
        elif reason is None and interval is not None:
            reason = "cases are derived anew"
        stages.append(
            (
                Stage(
                    name,
                    stage_name,
                    reason or "",
                    present_fingerprint,
                    anew=asked.full_refresh,
                    interval=interval if stage_name == "shape" else None,
                ),
                reason is not None,
            )
        )
    return stages


def _came_and_went(
    locators: Mapping[tuple[str, str], str],
    *,
    landed: set[tuple[str, str]],
    present: set[tuple[str, str]],
    wanted: set[tuple[str, str]],
) -> str:
    """What a source delivers otherwise than what stands: how many contents are new, gone or back, and which."""
    told = []
    changes = ((wanted - landed, "new"), (present - wanted, "gone"), ((wanted & landed) - present, "back"))
    for contents, what in changes:
        names = sorted({locators[content] for content in contents})
        if names:
            more = f" and {len(names) - 2} more" if len(names) > 2 else ""
            told.append(f"{len(contents)} {what} ({', '.join(names[:2])}{more})")
    return ", ".join(told)


def _in_zone(interval: Interval, time_zone: str) -> Interval:
    """The interval in UTC: bounds without an offset are local times of the process."""
    bounds = [
        bound.replace(tzinfo=ZoneInfo(time_zone)) if bound is not None and bound.tzinfo is None else bound
        for bound in (interval.since, interval.until)
    ]
    return Interval(*(None if bound is None else bound.astimezone(UTC) for bound in bounds))


def _told_interval(interval: Interval) -> str:
    return f"cases with events{_told_bounds(interval)} UTC"


def _told_bounds(interval: Interval) -> str:
    since = f" from {interval.since:%Y-%m-%d %H:%M}" if interval.since is not None else ""
    until = f" before {interval.until:%Y-%m-%d %H:%M}" if interval.until is not None else ""
    return f"{since}{until}"


def _closing_stages(
    workspace: Workspace,
    stages: list[Stage],
    former: Mapping[tuple[str, str], str],
    chosen: Sequence[StageName] = (),
) -> list[Stage]:
    """Publish and report, once after all processes."""
    settings = workspace.settings
    present = {key: value for key, value in former.items() if key[1] in PROCESS_STAGES}
    present |= {(stage.process, stage.name): stage.fingerprint for stage in stages}
    # readers ask for the columns of this release: a snapshot of an earlier layout is published anew
    facts = fingerprint({"facts": sorted(present.items()), "layout": latest_version("mart")})
    publish: str | None = None
    # facts that were made but not published (a full disk, a power cut) are still to be published
    if stages or (present and former.get((WHOLE, "publish")) != facts):
        publish = "the facts changed"
    elif former and not workspace.path(settings.warehouse.snapshot).exists():
        publish = "the snapshot is missing"
    elif "publish" in chosen and former:
        publish = "asked for"
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
    elif reason is None and former and "report" in chosen:
        reason = "asked for"
    elif reason is None and former and not (workspace.path(settings.report.folder) / "index.html").exists():
        reason = "the report is missing"
    if reason is not None:
        closing.append(Stage(WHOLE, "report", reason, report))
    return closing
