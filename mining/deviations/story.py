"""The moves of one variant, told in kinds that a process owner knows.

A gap is an unbroken run of log and model moves; the synchronous moves on its two sides are its place in the flow. In
a cheapest alignment no step is both missing and extra within one gap, for it would have been synchronous.

1. A model and a log move of the same step are one out_of_order, the nearest two first.
2. A log move of an activity that is no step is an unknown_activity, also in the place of a missing step: nothing in
   the log says that it did that step's work. (Where it does, the owner maps it to the step.)
3. Any other log move is repeated where its step was also done before, or is done in its place later; else inserted.
4. A model move and an inserted step in the same gap are replaced: the first missing step with the first inserted one,
   the second with the second. A repetition replaces nothing: that the step was done twice is a story of its own.
5. What is still missing behind the last synchronous move of a closed case is one unfinished, however many steps; but
   where as many steps were inserted there as are missing, the case did not stop early, and rule 4 holds.
6. Any other model move is skipped.

None of this looks at other variants.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mining.alignment.alignments import LOG, MODEL, SYNCHRONOUS
from mining.deviations.finding import FLOW_CLAUSE, Arguments, Finding, step_clause
from mining.deviations.pairing import paired


@functools.lru_cache(maxsize=10_000)
def _argument(name: str, value: str) -> tuple[str, str]:
    """One object for the many findings that name the same: less for the garbage collector to walk over."""
    return name, value


@dataclass(frozen=True, slots=True)
class Moves:
    """The alignment of one variant, as in `Alignments`; `away` are the places of its log and model moves, in order."""

    kinds: Sequence[int]
    labels: Sequence[str]
    positions: Sequence[int]
    element_ids: Sequence[str | None]
    away: Sequence[int]


@dataclass(slots=True)
class _Gap:
    """Moves `first` to `last`; what is missing and inserted there, and due first, when all pairs are made."""

    first: int
    last: int
    due: int | None = None
    place: tuple[tuple[str, str], ...] | None = None
    missing: list[int] = field(default_factory=list)
    inserted: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Doings:
    """Where one step was done, in order: `all_at`, and `in_place` with the elements (synchronous or out of order)."""

    all_at: list[int] = field(default_factory=list)
    in_place: list[int] = field(default_factory=list)
    elements: list[str | None] = field(default_factory=list)


class Story:
    """One variant that deviates."""

    def __init__(
        self,
        variant_id: str,
        moves: Moves,
        trace: Sequence[str],
        step_of: Mapping[str, str | None],
        sole: Mapping[str, str],
        is_open: bool,
    ) -> None:
        self.variant_id = variant_id
        self.moves = moves
        self.trace = trace
        self.sole = sole
        kinds, labels = moves.kinds, moves.labels
        skips = [(n, labels[n]) for n in moves.away if kinds[n] == MODEL]
        extras = [
            (n, labels[n]) for n in moves.away if kinds[n] == LOG and step_of[trace[moves.positions[n] - 1]] is not None
        ]
        pairs = paired(skips, extras)
        self.skip_of = {extra: skip for skip, extra in pairs.items()}
        self.doings = self._doings({step for _, step in extras}) if extras else {}
        self.again = {n: step for n, step in extras if n not in self.skip_of and self._is_repeated(n, step)}
        known = {n for n, _ in extras}
        self.gap_of: dict[int, _Gap] = {}
        self.replaced: dict[int, int] = {}
        self.missing_at_end: list[int] = []
        gap: _Gap | None = None
        for number in moves.away:
            if gap is None or number != gap.last + 1:
                self._settle(gap, is_open)
                gap = _Gap(number, number)
            gap.last = number
            self.gap_of[number] = gap
            if kinds[number] == MODEL:
                gap.due = number if gap.due is None else gap.due
                if number not in pairs:
                    gap.missing.append(number)
            elif number in known and number not in self.skip_of and number not in self.again:
                gap.inserted.append(number)
        self._settle(gap, is_open)
        self.counts: dict[tuple[str, str, str | None], int] = {}
        self.absorbed = {*pairs, *self.replaced.values(), *self.missing_at_end}
        self.known = known

    def _settle(self, gap: _Gap | None, is_open: bool) -> None:
        """What is missing in a gap: replaced, or left for unfinished."""
        if gap is None or not gap.missing:
            return
        is_end = gap.last == len(self.moves.kinds) - 1
        if is_end and not is_open and len(gap.inserted) < len(gap.missing):
            self.missing_at_end = gap.missing
        else:
            self.replaced.update(zip(gap.inserted, gap.missing, strict=False))

    def _doings(self, steps: set[str]) -> dict[str, _Doings]:
        doings = {step: _Doings() for step in steps}
        kinds, elements = self.moves.kinds, self.moves.element_ids
        for number, label in enumerate(self.moves.labels):
            # an unknown activity never bears the name of a step
            if label in doings and kinds[number] != MODEL:
                mine = doings[label]
                mine.all_at.append(number)
                place = self.skip_of.get(number, number)
                if kinds[number] == SYNCHRONOUS or place != number:
                    mine.in_place.append(number)
                    mine.elements.append(elements[place])
        return doings

    def _is_repeated(self, number: int, step: str) -> bool:
        doings = self.doings[step]
        return doings.all_at[0] < number or bool(doings.in_place)

    def findings(self) -> list[Finding]:
        """All findings, by the move that each is about; unfinished last."""
        kinds = self.moves.kinds
        found: list[Finding] = []
        for number in self.moves.away:
            if number in self.absorbed:
                continue
            if kinds[number] == MODEL:
                found.append(self._skipped(number))
            elif number in self.skip_of:
                found.append(self._out_of_order(self.skip_of[number], number))
            elif number in self.replaced:
                found.append(self._replaced(self.replaced[number], number))
            elif number in self.again:
                found.append(self._repeated(number))
            elif number in self.known:
                found.append(self._inserted(number))
            else:
                found.append(self._unknown(number))
        if self.missing_at_end:
            found.append(self._unfinished())
        return found

    def _finding(
        self,
        kind: str,
        entry: int | None,
        clause: str,
        activity: str | None,
        element: str | None,
        expected: str | None,
        key: str,
        arguments: Arguments,
        moves: tuple[int, ...],
        *,
        observed: str | None = None,
    ) -> Finding:
        """The finding, counted; `entry` is the move of the entry concerned, observed if nothing else is said."""
        same = kind, clause, activity
        occurrence = self.counts.get(same, 0) + 1
        self.counts[same] = occurrence
        position = None
        if entry is not None:
            position = self.moves.positions[entry]
            observed = observed or self.trace[position - 1]
        return Finding(
            self.variant_id,
            clause,
            kind,
            activity,
            element,
            occurrence,
            position,
            expected,
            observed,
            key,
            arguments,
            moves,
        )

    def _before_gap(self, number: int) -> str | None:
        first = self.gap_of[number].first
        return self.moves.labels[first - 1] if first else None

    def _after_gap(self, number: int) -> str | None:
        last = self.gap_of[number].last
        return self.moves.labels[last + 1] if last + 1 < len(self.moves.labels) else None

    def _place(self, number: int) -> tuple[tuple[str, str], ...]:
        """The arguments that tell where a gap is: `after` and `before`, as far as there are such steps."""
        gap = self.gap_of[number]
        if gap.place is None:
            sides = (("after", self._before_gap(number)), ("before", self._after_gap(number)))
            gap.place = tuple((name, step) for name, step in sides if step is not None)
        return gap.place

    def _due(self, number: int) -> str | None:
        """What the standard's run has where an extra was done: what is missing there, else the next step."""
        due = self.gap_of[number].due
        return self._after_gap(number) if due is None else self.moves.labels[due]

    def _element(self, number: int) -> str | None:
        """The element at which an extra step is done otherwise: last before, else first after, else the only one."""
        step = self.moves.labels[number]
        doings = self.doings[step]
        if not doings.in_place:
            return self.sole.get(step)
        later = bisect_right(doings.in_place, number)
        return doings.elements[later - 1 if later else 0]

    def _skipped(self, number: int) -> Finding:
        step, element = self.moves.labels[number], self.moves.element_ids[number]
        kinds = self.moves.kinds
        entry = number + 1
        while entry < len(kinds) and kinds[entry] == MODEL:
            entry += 1
        return self._finding(
            "skipped",
            entry if entry < len(kinds) else None,
            step_clause(element or ""),
            step,
            element,
            step,
            "flow.skipped",
            (*self._place(number), _argument("step", step)),
            (number,),
        )

    def _out_of_order(self, skip: int, extra: int) -> Finding:
        step, element = self.moves.labels[skip], self.moves.element_ids[skip]
        is_late = extra > skip
        # the step before or after which it was due, and the one after or before which it was done
        other = (self._after_gap(skip) if is_late else self._before_gap(skip)) or ""
        edge = (self._before_gap(extra) if is_late else self._after_gap(extra)) or ""
        key = "flow.out_of_order_late" if is_late else "flow.out_of_order_early"
        arguments: Arguments = (("other", other), ("step", step))
        if edge != other:
            key = "flow.out_of_order_later" if is_late else "flow.out_of_order_earlier"
            arguments = (("last" if is_late else "first", edge), *arguments)
        return self._finding(
            "out_of_order",
            extra,
            step_clause(element or ""),
            step,
            element,
            f"{step} → {other}" if is_late else f"{other} → {step}",
            key,
            arguments,
            (skip, extra) if is_late else (extra, skip),
            observed=f"{edge} → {step}" if is_late else f"{step} → {edge}",
        )

    def _replaced(self, skip: int, extra: int) -> Finding:
        step, element = self.moves.labels[skip], self.moves.element_ids[skip]
        return self._finding(
            "replaced",
            extra,
            step_clause(element or ""),
            step,
            element,
            step,
            "flow.replaced",
            (*self._place(skip), ("other", self.moves.labels[extra]), ("step", step)),
            (skip, extra) if skip < extra else (extra, skip),
        )

    def _unknown(self, number: int) -> Finding:
        activity = self.moves.labels[number]
        return self._finding(
            "unknown_activity",
            number,
            FLOW_CLAUSE,
            activity,
            None,
            self._due(number),
            "flow.unknown_activity",
            (("activity", activity), *self._place(number)),
            (number,),
        )

    def _inserted(self, number: int) -> Finding:
        step = self.moves.labels[number]
        return self._finding(
            "inserted",
            number,
            FLOW_CLAUSE,
            step,
            self._element(number),
            self._due(number),
            "flow.inserted",
            (*self._place(number), _argument("step", step)),
            (number,),
        )

    def _repeated(self, number: int) -> Finding:
        step = self.moves.labels[number]
        times = bisect_right(self.doings[step].all_at, number)
        named: Arguments = (_argument("step", step),)
        if times > 1:
            named = (*named, _argument("times", str(times)))
        return self._finding(
            "repeated",
            number,
            FLOW_CLAUSE,
            step,
            self._element(number),
            self._due(number),
            "flow.repeated_early" if times == 1 else "flow.repeated",
            (*self._place(number), *named),
            (number,),
        )

    def _unfinished(self) -> Finding:
        missing, kinds = self.missing_at_end, self.moves.kinds
        after = self._before_gap(missing[0])
        steps = tuple(self.moves.labels[number] for number in missing)
        return self._finding(
            "unfinished",
            next((n for n in range(len(kinds) - 1, -1, -1) if kinds[n] != MODEL), None),
            FLOW_CLAUSE,
            after,
            self.moves.element_ids[missing[0]],
            " → ".join(steps),
            "flow.unfinished_not_begun" if after is None else "flow.unfinished",
            (("steps", steps),) if after is None else (("after", after), ("steps", steps)),
            tuple(missing),
        )
