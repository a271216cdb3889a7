"""Which elements of the standard a run of step names used."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mining.automaton.edges import grouped, steps_to
from mining.automaton.subsets import hash_of, is_equal, larger
from mining.compiled import compiled
from mining.statespace.space import StateSpace

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]

FAR = 1 << 40


@compiled(
    "void(int32[::1], int64[::1], int64, int64, int64, int64[::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " int64[::1], boolean[::1], int64, int64[::1])"
)
def replayed(
    words: Codes,
    offsets: Ints,
    first: int,
    last: int,
    initial: int,
    silent_start: Ints,
    silent_target: Ints,
    visible_start: Ints,
    visible_label: Ints,
    visible_element: Ints,
    visible_target: Ints,
    is_end: NDArray[np.bool_],
    label_count: int,
    found: Ints,
) -> None:
    """Write the element of each label of words `first` to `last` into `found`.

    Where a word leads, silent steps followed, is a list of states, kept for every (list, label) met. Costs to go in
    silent steps are worked out backwards along the lists of a word, then all cheapest runs are walked at once,
    taking the first element in order. Edges of a state must be sorted by element.
    """
    states = is_end.size
    members = np.zeros(1024, dtype=np.int64)
    ends = np.zeros(256, dtype=np.int64)
    hashes = np.zeros(256, dtype=np.int64)
    slots = np.full(1024, -1, dtype=np.int64)
    # (list, label) -> list
    step_keys = np.full(1024, -1, dtype=np.int64)
    step_lists = np.zeros(1024, dtype=np.int64)
    steps_known = 0
    lists = 0
    stamp = np.zeros(states, dtype=np.int64)
    place_of = np.zeros(states, dtype=np.int64)
    clock = 0
    stack = np.empty(states + 1, dtype=np.int64)
    longest = 0
    for word in range(first, last):
        longest = max(longest, offsets[word + 1] - offsets[word])
    at = np.zeros(longest + 1, dtype=np.int64)
    base = np.zeros(longest + 2, dtype=np.int64)
    for word in range(first, last):
        length = offsets[word + 1] - offsets[word]
        # Where the word leads. Round 0 is the start.
        for entry in range(length + 1):
            label = words[offsets[word] + entry - 1] if entry > 0 else label_count
            key = at[entry - 1] * (label_count + 1) + label if entry > 0 else label_count
            mask = step_keys.size - 1
            step = ((key * 40_503) >> 3) & mask
            while step_keys[step] >= 0 and step_keys[step] != key:
                step = (step + 1) & mask
            if step_keys[step] == key:
                at[entry] = step_lists[step]
                continue
            clock += 1
            size = 0
            if entry == 0:
                stack[0] = initial
                stamp[initial] = clock
                size = 1
            else:
                for place in range(ends[at[entry - 1] - 1] if at[entry - 1] > 0 else 0, ends[at[entry - 1]]):
                    state = members[place]
                    for edge in range(visible_start[state], visible_start[state + 1]):
                        if visible_label[edge] == label and stamp[visible_target[edge]] != clock:
                            stamp[visible_target[edge]] = clock
                            stack[size] = visible_target[edge]
                            size += 1
            begin = ends[lists - 1] if lists > 0 else 0
            past = begin
            while size > 0:
                size -= 1
                state = stack[size]
                if past >= members.size:
                    members = larger(members, 2 * past)
                members[past] = state
                past += 1
                for edge in range(silent_start[state], silent_start[state + 1]):
                    if stamp[silent_target[edge]] != clock:
                        stamp[silent_target[edge]] = clock
                        stack[size] = silent_target[edge]
                        size += 1
            if past - begin > 1:
                members[begin:past] = np.sort(members[begin:past])
            value = hash_of(members, begin, past)
            slot = value & (slots.size - 1)
            there = -1
            while slots[slot] >= 0:
                other = slots[slot]
                other_begin = ends[other - 1] if other > 0 else 0
                if (
                    hashes[other] == value
                    and ends[other] - other_begin == past - begin
                    and is_equal(members, begin, other_begin, past - begin)
                ):
                    there = other
                    break
                slot = (slot + 1) & (slots.size - 1)
            if there < 0:
                there = lists
                if lists >= ends.size:
                    ends = larger(ends, 2 * lists)
                    hashes = larger(hashes, 2 * lists)
                ends[lists], hashes[lists] = past, value
                slots[slot] = lists
                lists += 1
                if 2 * lists > slots.size:
                    slots = np.full(2 * slots.size, -1, dtype=np.int64)
                    for other in range(lists):
                        slot = hashes[other] & (slots.size - 1)
                        while slots[slot] >= 0:
                            slot = (slot + 1) & (slots.size - 1)
                        slots[slot] = other
            at[entry] = there
            step_keys[step], step_lists[step] = key, there
            steps_known += 1
            if 2 * steps_known > step_keys.size:
                old_keys, old_lists = step_keys, step_lists
                step_keys = np.full(2 * old_keys.size, -1, dtype=np.int64)
                step_lists = np.zeros(2 * old_keys.size, dtype=np.int64)
                for other in range(old_keys.size):
                    if old_keys[other] >= 0:
                        step = ((old_keys[other] * 40_503) >> 3) & (step_keys.size - 1)
                        while step_keys[step] >= 0:
                            step = (step + 1) & (step_keys.size - 1)
                        step_keys[step], step_lists[step] = old_keys[other], old_lists[other]
        # Fewest silent steps to go, per state of each list.
        for entry in range(length + 1):
            begin = ends[at[entry] - 1] if at[entry] > 0 else 0
            base[entry + 1] = base[entry] + ends[at[entry]] - begin
        cost = np.full(base[length + 1], FAR, dtype=np.int64)
        for entry in range(length, -1, -1):
            begin = ends[at[entry] - 1] if at[entry] > 0 else 0
            size = ends[at[entry]] - begin
            if entry == length:
                for place in range(size):
                    if is_end[members[begin + place]]:
                        cost[base[entry] + place] = 0
            else:
                label = words[offsets[word] + entry]
                after = ends[at[entry + 1] - 1] if at[entry + 1] > 0 else 0
                for place in range(ends[at[entry + 1]] - after):
                    place_of[members[after + place]] = place
                for place in range(size):
                    state = members[begin + place]
                    for edge in range(visible_start[state], visible_start[state + 1]):
                        if visible_label[edge] == label:
                            value = cost[base[entry + 1] + place_of[visible_target[edge]]]
                            cost[base[entry] + place] = min(cost[base[entry] + place], value)
            for place in range(size):
                place_of[members[begin + place]] = place
            is_changed = True
            while is_changed:
                is_changed = False
                for place in range(size - 1, -1, -1):
                    state = members[begin + place]
                    for edge in range(silent_start[state], silent_start[state + 1]):
                        value = cost[base[entry] + place_of[silent_target[edge]]] + 1
                        if value < cost[base[entry] + place]:
                            cost[base[entry] + place] = value
                            is_changed = True
        # All cheapest runs at once.
        clock += 1
        stack[0] = initial
        size = 1
        for entry in range(length):
            label = words[offsets[word] + entry]
            begin = ends[at[entry] - 1] if at[entry] > 0 else 0
            for place in range(ends[at[entry]] - begin):
                place_of[members[begin + place]] = place
            clock += 1
            for place in range(size):
                stamp[stack[place]] = clock
            done = 0
            while done < size:
                state = stack[done]
                done += 1
                for edge in range(silent_start[state], silent_start[state + 1]):
                    target = silent_target[edge]
                    if (
                        stamp[target] != clock
                        and cost[base[entry] + place_of[target]] == cost[base[entry] + place_of[state]] - 1
                    ):
                        stamp[target] = clock
                        stack[size] = target
                        size += 1
            # Costs here, for the place of a state is about to be that in the next list.
            wanted = np.empty(size, dtype=np.int64)
            for place in range(size):
                wanted[place] = cost[base[entry] + place_of[stack[place]]]
            after = ends[at[entry + 1] - 1] if at[entry + 1] > 0 else 0
            for place in range(ends[at[entry + 1]] - after):
                place_of[members[after + place]] = place
            best = -1
            for place in range(size):
                for edge in range(visible_start[stack[place]], visible_start[stack[place] + 1]):
                    if (
                        visible_label[edge] == label
                        and (best < 0 or visible_element[edge] < best)
                        and cost[base[entry + 1] + place_of[visible_target[edge]]] == wanted[place]
                    ):
                        best = visible_element[edge]
            found[offsets[word] + entry] = best
            here = stack[:size].copy()
            clock += 1
            size = 0
            for place in range(here.size):
                for edge in range(visible_start[here[place]], visible_start[here[place] + 1]):
                    target = visible_target[edge]
                    if (
                        visible_element[edge] == best
                        and stamp[target] != clock
                        and cost[base[entry + 1] + place_of[target]] == wanted[place]
                    ):
                        stamp[target] = clock
                        stack[size] = target
                        size += 1


@dataclass(slots=True, eq=False)
class ElementReplay:
    """Names the element of each label of a run: as few silent steps as possible, then the first element in order.

    A label that stands on one element needs no replay; words are replayed where one stands on several.
    """

    space: StateSpace
    labels: tuple[str, ...]
    is_open: bool
    _sole: Ints = field(init=False)
    _edges: tuple[Ints, Ints, Ints, Ints, Ints, Ints] | None = field(init=False, default=None)
    _is_end: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        code = {label: number for number, label in enumerate(self.labels)}
        self._sole = np.full(len(self.labels), -1, dtype=np.int64)
        for number, element in enumerate(self.space.elements):
            if element.is_visible:
                label = code[element.name]
                self._sole[label] = number if self._sole[label] == -1 else -2

    @property
    def is_plain(self) -> bool:
        """Whether every label stands on one element."""
        return bool((self._sole >= 0).all())

    def elements(self, words: Codes, offsets: Ints) -> Ints:
        """For each label of each word `words[offsets[w]:offsets[w + 1]]`, the element (index) of the canonical run."""
        found = self._sole[words] if words.size else np.zeros(0, dtype=np.int64)
        ambiguous = np.flatnonzero(found < 0)
        if ambiguous.size == 0:
            return found
        chosen = np.unique(np.searchsorted(offsets, ambiguous, side="right") - 1)
        # Equal words, and most are, are replayed once.
        first_of: dict[bytes, int] = {}
        like = [
            first_of.setdefault(words[offsets[word] : offsets[word + 1]].tobytes(), number)
            for number, word in enumerate(chosen.tolist())
        ]
        unique = sorted(set(like))
        lengths = offsets[chosen[unique] + 1] - offsets[chosen[unique]]
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        picked = np.repeat(offsets[chosen[unique]] - starts[:-1], lengths) + np.arange(starts[-1])
        named = np.zeros(starts[-1], dtype=np.int64)
        if self._edges is None:
            self._edges = self._prepared()
        replayed(
            words[picked], starts, 0, len(unique), self.space.initial,
            *self._edges, self._is_end, len(self.labels), named,
        )  # fmt: skip
        place = {number: row for row, number in enumerate(unique)}
        for number, word in zip(like, chosen.tolist(), strict=True):
            row = place[number]
            found[offsets[word] : offsets[word + 1]] = named[starts[row] : starts[row + 1]]
        return found

    def _prepared(self) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
        """Edges that lead to an end: silent ones (start, target) and visible ones (start, label, element, target)."""
        space, count = self.space, self.space.state_count
        source, target, element = (
            np.ascontiguousarray(array, dtype=np.int64) for array in (space.source, space.target, space.element)
        )
        is_final = np.zeros(count, dtype=np.bool_)
        is_final[list(space.finals)] = True
        leads = steps_to(count, source, target, is_final) >= 0
        self._is_end = leads if self.is_open else is_final
        code = {label: number for number, label in enumerate(self.labels)}
        code_of = np.asarray([code[e.name] if e.is_visible else -1 for e in space.elements], dtype=np.int64)
        kept = np.flatnonzero(leads[target])
        kept = kept[np.lexsort((target[kept], element[kept], source[kept]))]
        source, target, element = source[kept], target[kept], element[kept]
        label = code_of[element]
        silent = label < 0
        silent_start, _ = grouped(source[silent], count)
        visible_start, _ = grouped(source[~silent], count)
        shown = ~silent
        return silent_start, target[silent], visible_start, label[shown], element[shown], target[shown]
