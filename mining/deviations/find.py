"""From the moves of alignments to findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from mining.alignment.alignments import LOG, MODEL, SYNCHRONOUS, Alignments
from mining.deviations.finding import FLOW_CLAUSE, Finding, step_clause
from mining.deviations.pairing import paired
from mining.events.variant_log import VariantLog
from mining.standard.flow_standard import FlowStandard
from mining.standard.match import ActivityMatch


def find_deviations(
    alignments: Alignments, log: VariantLog, standard: FlowStandard, match: ActivityMatch
) -> tuple[Finding, ...]:
    """Findings of every variant, in the log's order, then by the move that each is about.

    Every log and model move belongs to exactly one finding. A model and a log move of the same step are one
    out_of_order; other log moves are unknown_activity, repeated (the step was done before in the variant) or
    inserted; of a closed case the model moves behind the last synchronous one are one unfinished; other model moves
    are skipped. Variants without an exact alignment have no findings.
    """
    step_of = dict(zip(match.activities, match.steps, strict=True))
    sole = {label: ids[0] for label in standard.labels if len(ids := standard.elements_of(label)) == 1}
    findings: list[Finding] = []
    for variant in range(len(alignments)):
        first, last = int(alignments.offsets[variant]), int(alignments.offsets[variant + 1])
        if first < last:
            account = _Account.of(alignments, log, step_of, sole, variant)
            findings += account.findings()
    return tuple(findings)


@dataclass(slots=True)
class _Account:
    """The moves of one variant and what is told about them."""

    variant_id: str
    is_open: bool
    kinds: list[int]
    positions: list[int]
    steps: list[str | None]
    activities: list[str | None]
    element_ids: list[str | None]
    sole: dict[str, str]

    @classmethod
    def of(
        cls,
        alignments: Alignments,
        log: VariantLog,
        step_of: dict[str, str | None],
        sole: dict[str, str],
        variant: int,
    ) -> _Account:
        first, last = int(alignments.offsets[variant]), int(alignments.offsets[variant + 1])
        trace = log.trace(variant)
        kinds = alignments.kinds[first:last].tolist()
        positions = alignments.positions[first:last].tolist()
        activities = [trace[position - 1] if position else None for position in positions]
        return cls(
            variant_id=alignments.variant_ids[variant],
            is_open=alignments.is_open,
            kinds=kinds,
            positions=positions,
            steps=[
                label if kind != LOG else step_of[activity or ""]
                for kind, label, activity in zip(kinds, alignments.labels[first:last], activities, strict=True)
            ],
            activities=activities,
            element_ids=list(alignments.element_ids[first:last]),
            sole=sole,
        )

    def findings(self) -> list[Finding]:
        pairs = paired(self.kinds, self.steps)
        extras = {extra: skip for skip, extra in pairs.items()}
        last_done = max((n for n, kind in enumerate(self.kinds) if kind == SYNCHRONOUS), default=-1)
        missing: list[int] = []
        found: list[tuple[int, Finding]] = []
        done: Counter[str] = Counter()
        element_of = dict(self.sole)
        for number, kind in enumerate(self.kinds):
            step = self.steps[number]
            if kind == MODEL and number not in pairs:
                if number > last_done and not self.is_open:
                    missing.append(number)
                else:
                    found.append((number, self._skipped(number)))
            elif kind == LOG and number in extras:
                found.append((number, self._out_of_order(extras[number], number)))
            elif kind == LOG and step is None:
                found.append((number, self._unknown(number)))
            elif kind == LOG:
                found.append((number, self._extra(number, done, element_of)))
            if kind != MODEL and step is not None:
                done[step] += 1
                element = self.element_ids[extras.get(number, number)]
                if element is not None:
                    element_of[step] = element
        if missing:
            found.append((len(self.kinds), self._unfinished(missing)))
        found.sort(key=lambda entry: entry[0])
        return _counted([finding for _, finding in found])

    def _entry_before(self, number: int) -> int | None:
        return next((n for n in range(number - 1, -1, -1) if self.kinds[n] != MODEL), None)

    def _entry_after(self, number: int) -> int | None:
        return next((n for n in range(number + 1, len(self.kinds)) if self.kinds[n] != MODEL), None)

    def _done_before(self, number: int) -> str | None:
        return next((self.steps[n] for n in range(number - 1, -1, -1) if self.kinds[n] == SYNCHRONOUS), None)

    def _done_after(self, number: int) -> str | None:
        later = range(number + 1, len(self.kinds))
        return next((self.steps[n] for n in later if self.kinds[n] == SYNCHRONOUS), None)

    def _due_after(self, number: int) -> str | None:
        """The step that the standard's run has next behind a move."""
        return next((self.steps[n] for n in range(number + 1, len(self.kinds)) if self.kinds[n] != LOG), None)

    def _finding(
        self,
        kind: str,
        number: int | None,
        *,
        clause: str = FLOW_CLAUSE,
        activity: str | None,
        element: str | None = None,
        expected: str | None = None,
        observed: str | None = None,
        key: str,
        args: dict[str, str | None],
        moves: tuple[int, ...],
    ) -> Finding:
        return Finding(
            variant_id=self.variant_id,
            clause_id=clause,
            kind=kind,
            activity=activity,
            element_id=element,
            occurrence=1,
            position=None if number is None else self.positions[number],
            expected=expected,
            observed=observed,
            message_key=key,
            message_args=tuple(sorted((name, value) for name, value in args.items() if value is not None)),
            moves=moves,
        )

    def _skipped(self, number: int) -> Finding:
        step, element = self.steps[number], self.element_ids[number]
        entry = self._entry_after(number)
        after, before = self._done_before(number), self._done_after(number)
        return self._finding(
            "skipped",
            entry,
            clause=step_clause(element or ""),
            activity=step,
            element=element,
            expected=step,
            observed=None if entry is None else self.activities[entry],
            key="flow.skipped" if after else "flow.skipped_first",
            args={"step": step, "after": after, "before": before},
            moves=(number,),
        )

    def _out_of_order(self, skip: int, extra: int) -> Finding:
        step, element = self.steps[skip], self.element_ids[skip]
        is_late = extra > skip
        # The step done next behind where this one was due, or last before it: what it changed places with.
        other = self._done_after(skip) if is_late else self._done_before(skip)
        told = (step, other) if is_late else (other, step)
        return self._finding(
            "out_of_order",
            extra,
            clause=step_clause(element or ""),
            activity=step,
            element=element,
            expected=" → ".join(name for name in told if name),
            observed=" → ".join(name for name in reversed(told) if name),
            key="flow.out_of_order_late" if is_late else "flow.out_of_order_early",
            args={"step": step, "other": other},
            moves=tuple(sorted((skip, extra))),
        )

    def _unknown(self, number: int) -> Finding:
        activity = self.activities[number]
        return self._finding(
            "unknown_activity",
            number,
            activity=activity,
            expected=self._due_after(number),
            observed=activity,
            key="flow.unknown_activity",
            args={"activity": activity},
            moves=(number,),
        )

    def _extra(self, number: int, done: Counter[str], element_of: dict[str, str]) -> Finding:
        step = self.steps[number] or ""
        again = done[step] > 0
        after = None
        if not again:
            entry = self._entry_before(number)
            after = None if entry is None else self.steps[entry] or self.activities[entry]
        key = "flow.repeated" if again else "flow.inserted" if after else "flow.inserted_first"
        return self._finding(
            "repeated" if again else "inserted",
            number,
            activity=step,
            element=element_of.get(step),
            expected=self._due_after(number),
            observed=self.activities[number],
            key=key,
            args={"step": step, "times": str(done[step] + 1) if again else None, "after": after},
            moves=(number,),
        )

    def _unfinished(self, missing: list[int]) -> Finding:
        entry = self._entry_before(len(self.kinds))
        activity = None if entry is None else self.activities[entry]
        steps = [self.steps[number] or "" for number in missing]
        after = self._done_before(len(self.kinds))
        return self._finding(
            "unfinished",
            entry,
            activity=activity,
            element=self.element_ids[missing[0]],
            expected=" → ".join(steps),
            observed=activity,
            key="flow.unfinished" if after else "flow.unfinished_not_begun",
            args={"after": after, "steps": "; ".join(steps)},
            moves=tuple(missing),
        )


def _counted(findings: list[Finding]) -> list[Finding]:
    seen: Counter[tuple[str, str, str | None]] = Counter()
    counted = []
    for finding in findings:
        key = finding.kind, finding.clause_id, finding.activity
        seen[key] += 1
        counted.append(replace(finding, occurrence=seen[key]))
    return counted
