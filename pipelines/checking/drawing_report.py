"""What `asrun check` tells of one drawing: what became of its elements, whether it is sound, how large it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mining.bpmn import Drawing, RefusedDrawing, read_bpmn
from mining.errors import MiningError
from mining.petri import Net
from mining.standard import FlowStandard
from mining.statespace import Flaw, Soundness, check_soundness, explore_drawing
from pipelines.compiling.standard import read_flow
from pipelines.compiling.timers import timer_limits
from pipelines.errors import BadInput, Problem
from pipelines.workspace.load import StandardVersion

_IDS = 6  # ids named of each group
_RUN = 16  # names of a run told in full


@dataclass(frozen=True, slots=True)
class IgnoredGroup:
    """Elements left out for one reason: how many of each type, and their ids (of those that have one)."""

    reason: str
    types: tuple[tuple[str, int], ...]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawingReport:
    """One drawing, told.

    `honoured` counts by type ("elements" where the drawing as a whole is refused); `refused` are ids; `notes` (element
    in words, sentence) say what was bounded or read in one of several ways. `soundness` and `states` are None where it
    could not be explored; `minimal_states` also where it is unsound.
    """

    name: str
    honoured: tuple[tuple[str, int], ...]
    ignored: tuple[IgnoredGroup, ...]
    refused: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    soundness: Soundness | None
    states: int | None
    minimal_states: int | None


def examine(version: StandardVersion) -> tuple[DrawingReport, FlowStandard | None, tuple[Problem, ...]]:
    """The report of a version's drawing, its flow where it can be used, and what stands against that."""
    try:
        flow = read_flow(version)
    except BadInput as error:
        return _of_refused(version), None, error.problems
    parts = flow.drawing or flow.net
    report = DrawingReport(
        name=version.flow_name,
        honoured=_honoured(parts) if parts is not None else (),
        ignored=_ignored((part.element_id, part.type, part.reason) for part in flow.drawing.ignored)
        if flow.drawing
        else _ignored((identity, "", reason) for identity, reason in flow.ignored),
        refused=(),
        notes=_named((*flow.notes, *timer_limits(flow)[1]), flow.drawing),
        soundness=flow.soundness,
        states=flow.space.state_count,
        minimal_states=flow.automaton.state_count,
    )
    return report, flow, ()


def _of_refused(version: StandardVersion) -> DrawingReport:
    """What can still be told of a drawing that can't be used."""
    honoured: tuple[tuple[str, int], ...] = ()
    ignored: tuple[IgnoredGroup, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    soundness, states = None, None
    if version.flow_name.endswith(".bpmn"):
        try:
            drawing = read_bpmn(
                version.flow_text,
                source=version.flow_name,
                participant=version.file.participant,
                others=version.called_flows,
            )
            honoured, notes = _honoured(drawing), _named(drawing.notes, drawing)
            ignored = _ignored((part.element_id, part.type, part.reason) for part in drawing.ignored)
            space = explore_drawing(drawing)
            soundness, states = check_soundness(space), space.state_count
            notes = _named(space.notes, drawing)
        except RefusedDrawing as error:
            honoured = (("elements", len(error.honoured)),)
            ignored = _ignored((part.element_id, part.type, part.reason) for part in error.ignored)
            refused = error.refused
        except MiningError:
            pass  # its problems are told by read_flow
    return DrawingReport(version.flow_name, honoured, ignored, refused, notes, soundness, states, None)


def _honoured(parts: Drawing | Net) -> tuple[tuple[str, int], ...]:
    """Counts by type, the most frequent first; what is called several times counts once, as it stands in the file."""
    if isinstance(parts, Net):
        return (("place", len(parts.places)), ("transition", len(parts.transitions)), ("arc", len(parts.arcs)))
    type_of = {node.id.rpartition("/")[2]: node.type for node in parts.nodes}
    type_of |= {flow.id.rpartition("/")[2]: "sequenceFlow" for flow in parts.flows}
    type_of |= {node.id: node.type for node in parts.nodes} | {flow.id: "sequenceFlow" for flow in parts.flows}
    return _counted(type_of.get(identity, "element") for identity in parts.honoured)


def _ignored(parts: Iterable[tuple[str, str, str]]) -> tuple[IgnoredGroup, ...]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for identity, kind, reason in parts:
        groups.setdefault(reason, []).append((kind, identity))
    return tuple(
        IgnoredGroup(
            reason,
            _counted(kind or "element" for kind, _ in members),
            tuple(dict.fromkeys(identity for _, identity in members if identity)),
        )
        for reason, members in sorted(groups.items())
    )


def _counted(types: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How often each stands there, the most frequent first."""
    return tuple(sorted(Counter(types).items(), key=lambda entry: (-entry[1], entry[0])))


def _named(notes: Iterable[tuple[str, str]], drawing: Drawing | None) -> tuple[tuple[str, str], ...]:
    """Notes with the element in words instead of its id."""
    told = {node.id: node.told for node in drawing.nodes} if drawing is not None else {}
    return tuple((told.get(identity, identity) or "the flow", sentence) for identity, sentence in notes)


def told(report: DrawingReport) -> tuple[str, ...]:
    """The report in lines, the first one its name."""
    lines = [report.name]
    if report.honoured:
        lines.append(f"  honoured: {_told_counts(report.honoured)}")
    for group in report.ignored:
        ids = f" ({_few(group.ids)})" if group.ids else ""
        lines.append(f"  ignored: {_told_counts(group.types)}{ids}: {group.reason}")
    if report.refused:
        ids = _few([identity or "(without an id)" for identity in report.refused])
        lines.append(f"  refused: {len(report.refused)} ({ids}); the errors say why")
    lines += [f"  note: {element}: {sentence}" for element, sentence in report.notes]
    if report.soundness is not None:
        lines += _told_soundness(report.soundness)
    if report.states is not None:
        minimal = f" ({report.minimal_states:,} after minimising)" if report.minimal_states is not None else ""
        lines.append(f"  states: {report.states:,}{minimal}")
    return tuple(lines)


def _told_counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts)


def _told_soundness(soundness: Soundness) -> list[str]:
    lines = ["  sound: yes" if soundness.is_sound else "  sound: no"]
    for flaw in soundness.flaws:
        lines += _told_flaw(flaw, "")
    for flaw in soundness.warnings:
        lines += _told_flaw(flaw, " (not forbidden)")
    return lines


def _told_flaw(flaw: Flaw, weight: str) -> list[str]:
    lines = [f"    {flaw.kind.replace('_', ' ')}{weight}: {flaw.what}"]
    if flaw.run:
        run = list(flaw.run)
        if len(run) > _RUN:
            half = _RUN // 2
            run = [*run[:half], f"... {len(run) - _RUN} more ...", *run[-half:]]
        lines.append(f"      for example: {' > '.join(run)}")
    return lines


def _few(ids: Iterable[str]) -> str:
    named = list(dict.fromkeys(ids))
    more = f" and {len(named) - _IDS} more" if len(named) > _IDS else ""
    return ", ".join(named[:_IDS]) + more
