"""The story of one case: what was done when, beside what the standard expected there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mining.errors import MiningError
from pipelines.errors import BadInput, Problem
from pipelines.report.build import unknown_process
from pipelines.report.flow_picture import element_names
from pipelines.report.links import case_link
from pipelines.report.words import Language, Words, printable, words_for
from pipelines.workspace.protection_section import NamesShown
from warehouse.reading import case_rows as rows
from warehouse.reading.rows import ProcessRow, StandardRow
from warehouse.reading.snapshot import Snapshot

if TYPE_CHECKING:
    from rich.console import RenderableType

SYMBOLS = {"synchronous": "=", "log": "+", "model": "−", "": "·"}
"""Signs of the moves: as designed, done but not due, due but not done, not judged."""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A line of the timeline.

    `position` counts the entries of the variant from 1; None for a step that was not done and for an
    activity that the standard leaves out. `move` is synchronous, log, model or "" (not judged); `step` what
    the standard has there. Times are None for a step that was not done.
    """

    position: int | None
    completed_at: datetime | None
    activity: str | None
    resource: str | None
    role: str | None
    waiting_seconds: float | None
    processing_seconds: float | None
    sojourn_seconds: float | None
    move: str
    step: str | None
    deviations: tuple[rows.CaseDeviationRow, ...]


@dataclass(frozen=True, slots=True)
class CaseStory:
    """A case with its timeline in order, the deviations that stand at no line, and its time limits.

    `resolved_deviations` were found on earlier nights and are found no more; they stand at no line.
    """

    case: rows.CaseHeaderRow
    link: str | None
    lines: tuple[StoryLine, ...]
    other_deviations: tuple[rows.CaseDeviationRow, ...]
    resolved_deviations: tuple[rows.CaseDeviationRow, ...]
    limits: tuple[rows.CaseLimitRow, ...]


def explain_case(snapshot_path: Path | str, process: str, case_id: str) -> CaseStory:
    """The story of a case, from the snapshot alone.

    Raises `BadInput` with the nearest names for an unknown process or case, `WarehouseError` for a
    snapshot that can't be read.
    """
    with Snapshot(snapshot_path) as snapshot:
        known = [row.process for row in snapshot.read(ProcessRow)]
        if process not in known:
            raise unknown_process(process, known)
        found = snapshot.read(rows.CaseHeaderRow, process=process, case_id=case_id)
        if not found:
            near = [row.case_id for row in snapshot.read(rows.CaseNeighbourRow, process=process, case_id=case_id)]
            raise BadInput(
                Problem(
                    what=f"process '{process}' has no case '{case_id}'.",
                    todo=f"Nearest case ids: {', '.join(near)}." if near else "It has no cases at all yet.",
                )
            )
        case = found[0]
        instances = snapshot.read(rows.CaseInstanceRow, process=process, case_id=case_id)
        moves: list[rows.CaseMoveRow] = []
        if case.variant_id and case.standard_version:
            moves = snapshot.read(
                rows.CaseMoveRow,
                process=process,
                variant_id=case.variant_id,
                standard_version=case.standard_version,
                is_open=case.state in {"open", "abandoned"},
            )
        deviations = snapshot.read(rows.CaseDeviationRow, process=process, case_id=case_id)
        limits = snapshot.read(rows.CaseLimitRow, process=process, case_id=case_id)
        standards = snapshot.read(StandardRow, process=process)
    names = _step_names(standards, case.standard_version)
    present = [row for row in deviations if row.status != "resolved"]
    lines, rest = _timeline(case.activities, instances, moves, present, names)
    return CaseStory(
        case=case,
        link=case_link(case.case_url, case_id),
        lines=lines,
        other_deviations=rest,
        resolved_deviations=tuple(row for row in deviations if row.status == "resolved"),
        limits=tuple(limits),
    )


def _timeline(
    activities: Sequence[str | None],
    instances: Sequence[rows.CaseInstanceRow],
    moves: Sequence[rows.CaseMoveRow],
    deviations: Sequence[rows.CaseDeviationRow],
    names: Mapping[str, str],
) -> tuple[tuple[StoryLine, ...], tuple[rows.CaseDeviationRow, ...]]:
    """Instances in order, each with its move; a model move stands before the next entry of the variant.

    An instance is an entry of the variant when it is the next activity in it; others were ignored.
    """
    before: dict[int, list[rows.CaseMoveRow]] = {}
    at: dict[int, rows.CaseMoveRow] = {}
    undone: list[rows.CaseMoveRow] = []
    for move in moves:
        if move.position is None:
            undone.append(move)
        else:
            at[move.position] = move
            before[move.position], undone = undone, []
    left = list(deviations)
    lines: list[StoryLine] = []
    position = 0
    for instance in instances:
        entry = position < len(activities) and activities[position] == instance.activity
        if entry:
            position += 1
            lines.extend(_undone(move, position, left) for move in before.pop(position, []))
        mine = at.get(position) if entry else None
        lines.append(
            StoryLine(
                position=position if entry else None,
                completed_at=instance.completed_at,
                activity=instance.activity,
                resource=instance.resource,
                role=instance.role,
                waiting_seconds=instance.waiting_seconds,
                processing_seconds=instance.processing_seconds,
                sojourn_seconds=instance.sojourn_seconds,
                move=mine.move if mine is not None else "",
                step=names.get(mine.element_id or "", mine.activity) if mine and mine.move == "synchronous" else None,
                deviations=_taken(left, position, skipped=False) if entry else (),
            )
        )
    for after in sorted(before):
        lines.extend(_undone(move, after, left) for move in before[after])
    lines.extend(_undone(move, position + 1, left) for move in undone)
    return tuple(lines), tuple(left)


def _step_names(standards: Sequence[StandardRow], version: str | None) -> dict[str, str]:
    """The names of the steps by element id, for the version that judged the case; empty where it can't be read."""
    for row in standards:
        if row.standard_version == version and row.flow_bpmn:
            try:
                return element_names(
                    row.flow_bpmn,
                    source=row.standard_version,
                    participant=row.participant,
                    called_flows=row.called_flows,
                )
            except MiningError:
                return {}
    return {}


def _undone(move: rows.CaseMoveRow, position: int, left: list[rows.CaseDeviationRow]) -> StoryLine:
    return StoryLine(
        position=None,
        completed_at=None,
        activity=None,
        resource=None,
        role=None,
        waiting_seconds=None,
        processing_seconds=None,
        sojourn_seconds=None,
        move=move.move,
        step=move.activity,
        deviations=_taken(left, position, skipped=True, activity=move.activity),
    )


def _taken(
    left: list[rows.CaseDeviationRow], position: int, *, skipped: bool, activity: str | None = None
) -> tuple[rows.CaseDeviationRow, ...]:
    """The deviations of a place, taken out of those left: of a skipped step, or of an entry."""
    mine = tuple(
        row
        for row in left
        if row.position == position
        and (row.kind == "skipped") is skipped
        and (not skipped or activity is None or row.activity == activity)
    )
    for row in mine:
        left.remove(row)
    return mine


def render_story(story: CaseStory, *, language: Language = "en", names: NamesShown = "team") -> RenderableType:
    """The story for a terminal, instants in the zone of the process; texts are never taken for markup.

    `names`: team (the role in place of who did it, "a person" where none is known), person, or none.
    """
    from rich.console import Group
    from rich.text import Text

    words = words_for(language, story.case.time_zone)
    parts: list[RenderableType] = [_header(story, words), _timeline_table(story, words, names)]
    parts.append(Text(words.t("story.signs"), style="dim"))
    if story.other_deviations:
        parts.append(Text("\n" + words.t("story.other"), style="bold"))
        parts.extend(Text(f"  {_sentence(row, words)}", style="red") for row in story.other_deviations)
    if story.resolved_deviations:
        parts.append(Text("\n" + words.t("story.resolved"), style="bold"))
        parts.extend(
            Text(f"  {_sentence(row, words)} {_seen(row, words)}", style="dim") for row in story.resolved_deviations
        )
    if story.limits:
        parts.append(_limits_table(story, words))
    return Group(*parts)


def _header(story: CaseStory, words: Words) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    case = story.case
    verdict = {True: "story.yes", False: "story.no", None: "story.open"}[case.is_conformant]
    facts = [
        ("story.process", words.pick(case.title_en, case.title_zh, case.process)),
        ("story.case", case.case_id + (f"  {story.link}" if story.link else "")),
        ("story.state", words.known("state", case.state)),
        ("story.began", words.instant(case.started_at)),
        ("story.ended", words.instant(case.ended_at)),
        ("story.zone", str(words.zone)),
        ("story.version", case.standard_version or words.t("meta.no_standard")),
        ("story.cycle", words.duration(case.cycle_seconds)),
        ("story.fitness", words.number(case.fitness, 3)),
        ("story.conformant", words.t(verdict)),
    ]
    facts += [("", f"{entry['key']} = {entry['value']}") for entry in case.segments or []]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for key, value in facts:
        table.add_row(words.t(key) if key else "", Text(printable(value)))
    return table


def _timeline_table(story: CaseStory, words: Words, names: NamesShown) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=words.t("story.timeline"), title_justify="left", expand=False)
    table.add_column("#", justify="right")
    for key in ("story.done", "story.activity", *(() if names == "none" else ("story.who",))):
        table.add_column(words.t(key), overflow="fold")
    # a source without starts has neither waiting nor processing: two columns less to read
    measures = ["waiting", "processing", "sojourn"]
    if all(line.processing_seconds is None for line in story.lines):
        measures = ["sojourn"]
    for measure in measures:
        table.add_column(words.t(f"measure.{measure}"), justify="right")
    table.add_column("", justify="center")
    table.add_column(words.t("story.step"), overflow="fold")
    table.add_column(words.t("deviations.title"), overflow="fold")
    styles = {"log": "yellow", "model": "red", "": "dim"}
    for line in story.lines:
        told = "\n".join(_sentence(row, words) for row in line.deviations)
        table.add_row(
            "" if line.position is None else str(line.position),
            words.instant(line.completed_at) if line.completed_at else "",
            Text(printable(line.activity or "")),
            *(() if names == "none" else (Text(printable(_who(line, words, names))),)),
            *(
                words.duration(getattr(line, f"{measure}_seconds")) if line.move != "model" else ""
                for measure in measures
            ),
            SYMBOLS.get(line.move, "?"),
            Text(printable(line.step or "")),
            Text(told, style="red"),
            style=styles.get(line.move),
        )
    return table


def _who(line: StoryLine, words: Words, names: NamesShown) -> str:
    """Who did it, as it may be shown."""
    if names == "person":
        return " / ".join(name for name in (line.resource, line.role) if name)
    return line.role or (words.t("story.someone") if line.resource else "")


def _limits_table(story: CaseStory, words: Words) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=words.t("limits.title"), title_justify="left")
    for key in ("limits.limit", "due.due", "limits.within", "story.elapsed", "due.outcome"):
        table.add_column(words.t(key), overflow="fold")
    for row in story.limits:
        table.add_row(
            Text(printable(words.pick(row.text_en, row.text_zh, row.clause_id))),
            words.instant(row.due_at),
            words.duration(row.limit_seconds),
            words.duration(row.elapsed_seconds if row.business_seconds is None else row.business_seconds),
            Text(printable(words.known("outcome", row.outcome)), style="red" if row.outcome == "breached" else ""),
        )
    return table


def _sentence(row: rows.CaseDeviationRow, words: Words) -> str:
    return printable(words.pick(row.sentence_en, row.sentence_zh, words.known("kind", row.kind)))


def _seen(row: rows.CaseDeviationRow, words: Words) -> str:
    return (
        "("
        + words.t(
            "story.seen",
            first=words.instant(row.first_seen),
            last=words.instant(row.last_seen),
            resolved=words.instant(row.resolved_at),
        )
        + ")"
    )
