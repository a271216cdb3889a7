"""Writes a proposal as a process.yaml that a person can read, correct and keep."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

import yaml

from pipelines.propose.proposal import Proposal, ProposedColumn, ProposedInstant

_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*(?: [A-Za-z0-9_\u4e00-\u9fff]+)*")
_UNPRINTABLE = re.compile(
    r"[^\x20-\x7e\xa1-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff01-\uffef\U00010000-\U0010ffff]"
)
_MISSING = "TO BE NAMED"
_WIDTH = 110


def render_process_yaml(proposal: Proposal, *, process: str, files: str) -> str:
    """Return the text of a process.yaml: the proposed mapping, each reason as a comment beside it.

    `process` names the process (its folder), `files` the pattern of the source's files. Names from the data are quoted
    so that YAML reads back exactly them, and cleaned where they stand in a comment. What was not found stands there as
    TO BE NAMED, so that `asrun check` asks for it.
    """
    lines: list[str] = []
    out = lines.append
    looked = f"all {proposal.rows:,} rows" if proposal.is_whole else f"the first {proposal.rows:,} rows"
    out(_comment(f"Proposed from {looked} of {files}. Read it through: (?) marks what is least sure."))
    for doubt in proposal.doubts:
        out(_comment(f"Look at this: {doubt}"))
    out(f"title: {_quoted(process.replace('_', ' ').capitalize())}")
    out('owner: ""')
    out("sources:")
    out(f"  {process}:")
    lines.extend(_explained(f"    kind: {proposal.kind.kind}", proposal.kind.reason, proposal.kind.confidence))
    out(f"    files: {_quoted(files)}")
    out(f"    format: {proposal.format}")
    out("    delivery: full  # each file is the whole log; write increment where files only add to it")
    lines.extend(_reading(proposal))
    if proposal.key:
        keys = _list(choice.column for choice in proposal.key)
        lines.extend(_explained(f"    key: {keys}", *_reasons(proposal.key)))
    out("    mapping:")
    lines.extend(_mapping(proposal))
    lines.extend(_attributes(proposal))
    for left in proposal.left_out:
        out("    " + _comment(f"left out: {left.column!r}: {left.reason}"))
    if proposal.segments:
        out("segments:  # figures are split by these")
        for choice in proposal.segments:
            lines.extend(_explained(f"  - {_quoted(choice.column)}", choice.reason, choice.confidence))
    out("case:")
    out("  starts: {first_event: true}")
    ends = proposal.ends
    chosen = f"activity: {_list(ends.activities)}" if ends.activities else "last_event: true"
    lines.extend(_explained(f"  ends: {{{chosen}}}", ends.reason, ends.confidence))
    return "\n".join(lines) + "\n"


def render_mapping(proposal: Proposal) -> str:
    """Return the part of a process.yaml that says how a source's columns are read, each reason beside it."""
    lines = [_comment(f"Look at this: {doubt}") for doubt in proposal.doubts]
    lines.extend(_explained(f"    kind: {proposal.kind.kind}", proposal.kind.reason, proposal.kind.confidence))
    if proposal.key:
        keys = _list(choice.column for choice in proposal.key)
        lines.extend(_explained(f"    key: {keys}", *_reasons(proposal.key)))
    lines.append("    mapping:")
    lines.extend(_mapping(proposal))
    lines.extend(_attributes(proposal))
    lines.extend("    " + _comment(f"left out: {left.column!r}: {left.reason}") for left in proposal.left_out)
    return "\n".join(line.removeprefix("    ") for line in lines) + "\n"


def _reading(proposal: Proposal) -> Iterable[str]:
    if proposal.encoding in {"gb18030", "latin-1"}:
        yield f"    encoding: {proposal.encoding}"
    if proposal.delimiter == "\t":
        # White space around a value is stripped when process.yaml is read; the tab is found again at each load.
        yield "    # the delimiter is the tab, which is found by itself"
    elif proposal.delimiter is not None and proposal.delimiter != ",":
        yield f"    delimiter: {_quoted(proposal.delimiter)}"
    if proposal.quote is not None and proposal.quote != '"':
        yield f"    quote: {_quoted(proposal.quote)}"
    if proposal.sheet is not None:
        yield f"    sheet: {_quoted(proposal.sheet)}"


def _mapping(proposal: Proposal) -> Iterable[str]:
    case = proposal.case
    yield from _explained(
        f"      case: {_quoted(case.column if case else _MISSING)}", *_reasons((case,) if case else ())
    )
    if proposal.kind.kind == "events":
        names = [choice.column for choice in proposal.activity] or [_MISSING]
        yield from _explained(f"      activity: {_list(names)}", *_reasons(proposal.activity))
        completed = proposal.completed
        written = _instant(completed) if completed else _quoted(_MISSING)
        yield from _explained(f"      completed: {written}", *_instant_reasons(completed))
        if proposal.started is not None:
            yield from _explained(f"      started: {_instant(proposal.started)}", *_instant_reasons(proposal.started))
    for label, choice in (
        ("lifecycle", proposal.lifecycle),
        ("instance", proposal.instance),
        ("resource", proposal.resource),
        ("role", proposal.role),
        ("order", proposal.order),
    ):
        if choice is not None:
            yield from _explained(f"      {label}: {_quoted(choice.column)}", choice.reason, choice.confidence)
    if proposal.milestones:
        yield "      milestones:"
    for milestone in proposal.milestones:
        resource = f", resource: {_quoted(milestone.resource)}" if milestone.resource else ""
        inner = _instant(milestone.instant)[1:-1]
        yield from _explained(
            f"        - {{activity: {_quoted(milestone.activity)}, {inner}{resource}}}",
            *_instant_reasons(milestone.instant),
        )


def _attributes(proposal: Proposal) -> Iterable[str]:
    if proposal.attributes:
        yield "    attributes:"
    for attribute in proposal.attributes:
        instant = ""
        if attribute.instant is not None:
            instant = "".join(
                f", {label}: {_quoted(value)}"
                for label, value in (("format", attribute.instant.format), ("time_zone", attribute.instant.time_zone))
                if value is not None
            )
        yield from _explained(
            f"      - {{name: {_quoted(attribute.name)}, column: {_quoted(attribute.column)}, type: {attribute.type}, "
            f"of: {attribute.of}{instant}}}",
            attribute.reason,
            attribute.confidence,
        )


def _instant(instant: ProposedInstant) -> str:
    parts = [f"column: {_quoted(instant.column)}"]
    if instant.format is not None:
        parts.append(f"format: {_quoted(instant.format)}")
    if instant.time_zone is not None:
        parts.append(f"time_zone: {_quoted(instant.time_zone)}")
    return "{" + ", ".join(parts) + "}"


def _explained(line: str, reason: str, confidence: str = "high") -> list[str]:
    """Return the line with its reason behind it, or above it where that would be too long to read."""
    told = ("(?) " if confidence == "low" else "") + reason
    behind = f"{line}  {_comment(told)}"
    if not reason or len(behind) <= _WIDTH:
        return [behind if reason else line]
    indent = " " * (len(line) - len(line.lstrip()))
    words = _comment(told).removeprefix("# ")
    above = textwrap.wrap(words, _WIDTH - len(indent) - 2, break_long_words=False, break_on_hyphens=False)
    return [*(f"{indent}# {part}" for part in above), line]


def _reasons(choices: tuple[ProposedColumn, ...]) -> tuple[str, str]:
    if not choices:
        return "", "high"
    least = min((choice.confidence for choice in choices), key=("low", "medium", "high").index)
    if len(choices) == 1:
        return choices[0].reason, least
    return "; and ".join(f"{choice.column!r}: {choice.reason}" for choice in choices), least


def _instant_reasons(instant: ProposedInstant | None) -> tuple[str, str]:
    return (instant.reason, instant.confidence) if instant else ("", "high")


def _comment(text: str) -> str:
    """Return a comment of one line: names from the data may hold line breaks, and must not end it."""
    return "# " + " ".join(_UNPRINTABLE.sub(" ", text).split())


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(name) for name in names) + "]"


def _quoted(text: str) -> str:
    """Return a YAML scalar that is read back as exactly this text: bare where that is safe, else double-quoted."""
    if _PLAIN.fullmatch(text) and isinstance(yaml.safe_load(text), str):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _UNPRINTABLE.sub(lambda match: f"\\U{ord(match.group()):08x}", escaped) + '"'
