"""Which column is the case and which the activity."""

from __future__ import annotations

from pipelines.propose.desk import Desk, confidence_of, likely_clock, named, share_of
from pipelines.propose.evidence import case_evidence, constant_share
from pipelines.propose.names import Role, is_tool_made, name_score
from pipelines.propose.profiles import Profile
from pipelines.propose.proposal import Confidence

_MOST_ACTIVITIES = 600
_LONG_TEXT = 60


def find_case(desk: Desk, instants: list[Profile]) -> tuple[Profile | None, str, Confidence]:
    """Return the column whose values group the rows into cases."""
    rows = desk.columns[0].values.len()
    clock = likely_clock(instants)
    best: tuple[float, int, Profile, str, Confidence] | None = None
    others: list[tuple[Profile, int]] = []
    for column in desk.free():
        score = name_score(column.name, "case")
        if column.type in {"instant", "number", "boolean"} or column.filled < 0.9 or is_tool_made(column.name):
            continue
        if column.mean_length > _LONG_TEXT or column.distinct < 2 or column.distinct >= rows:
            continue
        evidence = case_evidence(column, clock)
        if evidence.mean_rows < 1.05:
            continue
        many = min(1.0, column.distinct / max(2.0, rows / 60))
        lies_together = 1.0 if evidence.runs <= 1.05 else 0.0
        close = max(0.0, 1.0 - 2 * evidence.span)
        content = 0.5 * many + 0.3 * close + 0.2 * lies_together
        if score == 0 and (content < 0.55 or column.distinct < 10):
            continue
        # A name for another role speaks against it.
        against = max(name_score(column.name, role) for role in _AGAINST_CASE)
        # A name that says case outright outweighs any other that is known.
        total = 3 * score + (score >= 0.98) + content - (0.4 * against if score < 0.75 else 0.0)
        reason = (
            f"{evidence.groups:,} values, each on {evidence.mean_rows:.1f} rows on average"
            f"{', which lie close in time' if clock is not None and close > 0.5 else ''}{named(column, 'case')}"
        )
        confidence = confidence_of(score, strong=content >= 0.6)
        if best is None or (total, -column.position) > best[:2]:
            best = (total, -column.position, column, reason, confidence)
        if score >= 0.75:
            others.append((column, evidence.groups))
    if best is None:
        return None, "", "low"
    for column, groups in others:
        if column is not best[2] and not column.values.equals(best[2].values):
            desk.doubts.append(
                f"{column.name!r} could be the case as well ({groups:,} values; {best[2].name!r} has "
                f"{best[2].distinct:,}): which of the two is a case for you?"
            )
    return best[2], best[3], best[4]


_AGAINST_CASE: tuple[Role, ...] = ("activity", "resource", "role", "segment")


def find_unique_case(desk: Desk) -> Profile | None:
    """Return the column that tells every row from every other and may be the case of a table with a row a case."""
    rows = desk.columns[0].values.len()
    best: tuple[float, int, Profile] | None = None
    for column in desk.free():
        if column.type in {"instant", "number", "boolean"} or column.filled < 1 or column.distinct < rows or rows < 2:
            continue
        score = max(name_score(column.name, "case"), 0.4 * name_score(column.name, "key"))
        if column.mean_length > _LONG_TEXT:
            continue
        if best is None or (score, -column.position) > best[:2]:
            best = (score, -column.position, column)
    return best[2] if best else None


def find_activity(desk: Desk, case: Profile) -> tuple[Profile, str, Confidence] | None:
    """Return the column that names what happened."""
    best: tuple[float, int, Profile, str, Confidence] | None = None
    for column in desk.free():
        if column.name == case.name or column.type not in {"text", "integer"} or column.filled < 0.9:
            continue
        if not 2 <= column.distinct <= _MOST_ACTIVITIES or column.mean_length > 2 * _LONG_TEXT:
            continue
        score = name_score(column.name, "activity")
        if column.type == "integer" and score < 0.75:
            continue
        per_case = column.values.len() / column.distinct
        varies = 1.0 - constant_share(column, case)
        if varies == 0.0 and score < 0.75:
            continue
        repeats = min(1.0, per_case / 5)
        against = max(name_score(column.name, role) for role in _AGAINST_ACTIVITY)
        total = score + 0.5 * varies + 0.3 * repeats - (0.5 * against if score < 0.75 else 0.0)
        if is_tool_made(column.name):
            total -= 1.0
        if column.type == "integer":
            total -= 0.3
        reason = (
            f"{column.distinct:,} different values that come again in many cases and differ within "
            f"{share_of(varies)} of them"
            f"{named(column, 'activity')}"
        )
        confidence = confidence_of(score, strong=varies >= 0.5 and repeats >= 0.5)
        if best is None or (total, -column.position) > best[:2]:
            best = (total, -column.position, column, reason, confidence)
    if best is None or best[0] < 0.5:
        return None
    return best[2], best[3], best[4]


_AGAINST_ACTIVITY: tuple[Role, ...] = ("resource", "role", "segment", "lifecycle", "case")
