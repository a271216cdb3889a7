"""What is known so far about one sample, and the words in which a proposal gives its reasons."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.propose.names import Role, name_score
from pipelines.propose.profiles import Profile
from pipelines.propose.proposal import Confidence, LeftOut, ProposedInstant
from pipelines.propose.sampling import Sample


@dataclass(slots=True)
class Desk:
    """What was found so far about one sample."""

    columns: tuple[Profile, ...]
    time_zone: str
    left_out: list[LeftOut] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def free(self) -> list[Profile]:
        """Return the columns that have no role yet and were not left out."""
        out = {left.column for left in self.left_out} | self.used
        return [column for column in self.columns if column.name not in out]

    def leave_out(self, column: Profile, reason: str) -> None:
        """Say that a column is proposed for nothing, and why."""
        self.left_out.append(LeftOut(column=column.name, reason=reason))

    def take(self, column: Profile | None) -> None:
        """Mark a column as used."""
        if column is not None:
            self.used.add(column.name)


def set_aside(desk: Desk) -> None:
    """Leave out the columns that can be nothing: empty ones, and those that repeat another."""
    seen: dict[int, list[Profile]] = {}
    for column in desk.columns:
        if column.distinct == 0:
            desk.leave_out(column, "it is empty in every row looked at")
            continue
        mark = hash(tuple(column.values.hash(seed=0).to_list()))
        twin = next((other for other in seen.get(mark, []) if other.values.equals(column.values)), None)
        # Equal instants are two facts (begun and completed at once), equal texts are one.
        if twin is not None and column.type != "instant" and _may_go(column, twin):
            desk.leave_out(column, f"it repeats {twin.name!r} in every row looked at")
            continue
        seen.setdefault(mark, []).append(column)


def _may_go(column: Profile, twin: Profile) -> bool:
    """Whether the later of two equal columns may be left out: it must not bear the better name."""
    roles: tuple[Role, ...] = ("case", "activity", "resource", "role")
    return column.distinct > 1 and all(
        name_score(column.name, role) <= max(name_score(twin.name, other) for other in roles) for role in roles
    )


def doubt_header(desk: Desk, sample: Sample) -> None:
    """Say so where the first line looks like data, and where instants are counts since 1970."""
    header = sample.dialect.header if sample.dialect else ()
    cells = [cell.strip() for cell in header if cell.strip()]
    dated = [cell for cell in cells if sum(sign.isdigit() for sign in cell) > len(cell) / 2]
    if cells and len(dated) * 2 > len(cells):
        desk.doubts.append(
            "The first line looks like data, not like a header: write the names of the columns above it."
        )
    for column in desk.columns:
        if column.is_epoch and (name_score(column.name, "completed") or name_score(column.name, "started")):
            desk.doubts.append(
                f"{column.name!r} looks like a count of seconds or milliseconds since 1970, which is not read as an "
                "instant: export it as text (2026-01-31 08:30:00)."
            )


def told_instant(desk: Desk, column: Profile, role: Role, why: str) -> ProposedInstant:
    """Return a column of instants with how it is written, and note what is doubtful about it."""
    written = column.written
    reasons = [why] if why else []
    score = name_score(column.name, role)
    confidence: Confidence = "high" if score >= 0.5 else "medium"
    if written is None:
        return ProposedInstant(
            column=column.name,
            format=None,
            has_offset=column.has_zone,
            time_zone=None if column.has_zone else desk.time_zone,
            reason="; ".join([*reasons, "the file holds it as an instant" + named(column, role)]),
            confidence=confidence,
        )
    reasons.insert(
        0,
        f"{share_of(written.share)} of the values are instants"
        + (f" written {written.format}" if written.format else " in ISO 8601, in more than one form"),
    )
    if written.is_utc:
        zone: str | None = "UTC"
        reasons.append("the Z in the data means UTC")
    elif written.has_offset:
        zone = None
        reasons.append("the offset from UTC stands in the data")
    else:
        zone = desk.time_zone
        reasons.append(f"there is no offset in the data: read as {desk.time_zone}, correct it if that is wrong")
    if written.is_ambiguous:
        confidence = "low"
        desk.doubts.append(
            f"{column.name!r}: no day above 12 shows which is the day and which the month; day first is assumed."
        )
    if written.is_day_only:
        desk.doubts.append(f"{column.name!r} holds days without a time: the order within a day is that of the file.")
    if written.share < 1:
        desk.doubts.append(
            f"{column.name!r}: {share_of(1 - written.share)} of the values are not written so; those rows "
            "will be quarantined."
        )
    return ProposedInstant(
        column=column.name,
        format=written.format,
        has_offset=written.has_offset,
        time_zone=zone,
        reason="; ".join(reasons) + named(column, role),
        confidence=confidence,
    )


def likely_clock(instants: list[Profile]) -> Profile | None:
    """Return the column that most likely orders the events, before roles are given."""
    usable = [column for column in instants if column.filled >= 0.5]
    if not usable:
        return None
    return max(usable, key=lambda column: (name_score(column.name, "completed"), column.distinct, -column.position))


def share_of(share: float) -> str:
    """Return a share for a sentence: "all", "87%", "less than 1%"; never a rounded 0 or 100."""
    if share >= 1:
        return "all"
    if 0 < share < 0.01:
        return "less than 1%"
    return f"{min(share, 0.99):.0%}"


def named(column: Profile, role: Role) -> str:
    """Return what the name says about the role, as the end of a sentence."""
    score = name_score(column.name, role)
    if score >= 0.75:
        return "; its name is a usual one for this"
    return "; its name suggests it" if score else "; its name does not say so"


def confidence_of(score: float, *, strong: bool) -> Confidence:
    """Return how sure a choice is whose name scores `score` and whose values speak for it strongly or not."""
    if score >= 0.75:
        return "high" if strong else "medium"
    if score:
        return "medium"
    return "low"
