"""From the evidence to a proposal: which column is the case, which the activity, and so on."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import BadInput, Problem
from pipelines.propose.case_and_activity import find_activity, find_case, find_unique_case
from pipelines.propose.case_columns import attributes_of, milestones_of, segments_of
from pipelines.propose.desk import Desk, confidence_of, doubt_header, named, set_aside
from pipelines.propose.event_columns import EventParts, fill_events
from pipelines.propose.names import name_score
from pipelines.propose.personal import hint
from pipelines.propose.profiles import Profile, profile_columns
from pipelines.propose.proposal import Confidence, Proposal, ProposedColumn, ProposedKind
from pipelines.propose.sampling import Sample, take_sample
from pipelines.sources.decompression import StagingLimits

SAMPLE_ROWS = 20_000


def propose(
    path: Path,
    *,
    time_zone: str = "UTC",
    format: str | None = None,  # noqa: A002
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    sheet: str | None = None,
    rows: int = SAMPLE_ROWS,
    limits: StagingLimits | None = None,
) -> Proposal:
    """Return the mapping that the first `rows` rows of a file suggest, with a reason for each choice.

    Names of columns speak (English, Chinese, XES), and the values have to agree: instants parse, a case's rows repeat
    and lie close in time, activities are few and differ within a case, a case attribute is constant within each case.
    `time_zone` is proposed for instants without an offset. Deterministic. O(rows x columns).

    Raises BadInput where the file can't be read or has no rows. A file that suggests nothing is no error: the roles
    are None and `doubts` says so.
    """
    try:
        sample = take_sample(
            path,
            rows=rows,
            format=format,
            encoding=encoding,
            delimiter=delimiter,
            quote=quote,
            sheet=sheet,
            limits=limits,
        )
    except OSError as error:
        raise BadInput(
            Problem(f"the file can't be read: {error.strerror or error}.", where=path.name, todo="Try again.")
        ) from error
    return propose_from(sample, time_zone=time_zone, sheet=sheet)


def propose_from(sample: Sample, *, time_zone: str, sheet: str | None = None) -> Proposal:
    """Return the mapping that a sample suggests. See `propose`."""
    desk = Desk(columns=profile_columns(sample.frame), time_zone=time_zone)
    set_aside(desk)
    doubt_header(desk, sample)
    instants = [column for column in desk.free() if column.type == "instant"]
    case, case_reason, case_confidence = find_case(desk, instants)
    unique = find_unique_case(desk)
    activity = find_activity(desk, case) if case is not None else None
    kind = _find_kind(case, activity, unique, instants)
    parts = EventParts()
    if kind.kind == "events":
        if case is not None:
            desk.take(case)
            parts.case = ProposedColumn(column=case.name, reason=case_reason, confidence=case_confidence)
        fill_events(desk, parts, case, activity, instants)
    else:
        case = unique or case
        if case is not None:
            desk.take(case)
            parts.case = ProposedColumn(
                column=case.name,
                reason=f"every row has another value ({case.distinct:,} of them){named(case, 'case')}",
                confidence=confidence_of(name_score(case.name, "case"), strong=True),
            )
        if kind.kind == "wide":
            parts.milestones = milestones_of(desk, instants)
    attributes = attributes_of(desk, case, kind)
    if not parts.case:
        desk.doubts.append("No column was found that names the case: write it into mapping.case.")
    if kind.kind == "cases" and not attributes:
        desk.doubts.append("No column was found that would be an attribute of a case.")
    desk.doubts.extend(hint(column.name for column in desk.columns))
    dialect = sample.dialect
    return Proposal(
        format=sample.format,
        encoding=sample.encoding,
        delimiter=dialect.delimiter if dialect else None,
        quote=dialect.quote if dialect else None,
        sheet=sheet,
        rows=sample.frame.height,
        is_whole=sample.is_whole,
        kind=kind,
        case=parts.case,
        activity=parts.activity,
        completed=parts.completed,
        started=parts.started,
        lifecycle=parts.lifecycle,
        instance=parts.instance,
        resource=parts.resource,
        role=parts.role,
        order=parts.order,
        milestones=parts.milestones,
        attributes=attributes,
        segments=segments_of(desk, attributes, case),
        key=parts.key,
        ends=parts.ends,
        left_out=tuple(desk.left_out),
        doubts=tuple(desk.doubts) + sample.notes,
    )


def _find_kind(
    case: Profile | None,
    activity: tuple[Profile, str, Confidence] | None,
    unique: Profile | None,
    instants: list[Profile],
) -> ProposedKind:
    repeats = name_score(case.name, "case") if case is not None else 0.0
    alone = name_score(unique.name, "case") if unique is not None else 0.0
    named = name_score(activity[0].name, "activity") if activity is not None else 0.0
    looks_like_events = case is not None and activity is not None and bool(instants)
    if (
        looks_like_events
        and (unique is None or repeats >= 0.75 or alone <= repeats)
        and (named or repeats or not unique)
    ):
        return ProposedKind(
            kind="events",
            reason="a row is an event: cases come on several rows, each with an activity and an instant",
            confidence="high" if repeats and named else "medium",
        )
    if unique is not None and len(instants) >= 2:
        return ProposedKind(
            kind="wide",
            reason=f"a row is a case, and {len(instants)} columns hold instants: its milestones",
            confidence="high" if alone else "medium",
        )
    if unique is not None:
        return ProposedKind(
            kind="cases",
            reason="a row is a case, with attributes but without a series of instants: it adds to another source",
            confidence="high" if alone else "low",
        )
    return ProposedKind(
        kind="events",
        reason="neither a column that groups rows into cases nor one that tells every row apart is clear",
        confidence="low",
    )
