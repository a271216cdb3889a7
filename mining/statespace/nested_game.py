"""The token game of a drawing with sub-processes, inclusive joins, or events that end more than their own token.

A state is a scope instance (scope, tokens, instances, marks), sorted tuples all through, so that equal states are
equal. `instances` are activity instances (activity, passes, marks, insides), `insides` scope instances. So instances
of one sub-process stay apart, and what ends takes just its own inside with it (BPMN 2.0.2, 13.3.4, 13.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from mining.statespace.parts import DONE, INTERRUPTED, Activity, Catch, Game, Join, Scope, Step, Throw
from mining.statespace.space import Tokens

State = tuple[int, Tokens, tuple[Any, ...], Tokens]
Instance = tuple[int, int, Tokens, tuple[State, ...]]
Move = tuple[int, State | None, int, bool]
"""Element, the scope instance after it (None: complete), signal, and whether an end left other tokens behind."""

_QUIET = 0  # a signal above 0 is 1 + the number of the throw that nothing caught yet


class NestedGame:
    """Moves of scope instances; those of inner ones are kept, since they come again in many states."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self._moves: dict[State, list[Move]] = {}
        self._acts: dict[Instance, list[tuple[int, Instance | None, int, bool]]] = {}
        self._flat: dict[State, Tokens] = {}
        self._double: dict[State, frozenset[int]] = {}

    @property
    def initial(self) -> State:
        """The state before anything has happened."""
        return self._fresh(0)

    def moves(self, state: State) -> list[tuple[int, State | None, bool]]:
        """(element, next state or None where the case is complete, whether an end left tokens behind)."""
        found: list[tuple[int, State | None, bool]] = []
        for element, after, signal, improper in self._scope_moves(state):
            # An error that nothing catches ends the case; an escalation doesn't.
            is_over = signal > 0 and self.game.throws[signal - 1].kind != "escalation"
            found.append((element, None if is_over else after, improper))
        found.sort(key=lambda move: move[0])
        return found

    def tokens(self, state: State) -> Tokens:
        """All tokens of a state, at every depth."""
        found = self._flat.get(state)
        if found is None:
            inner = [place for act in state[2] for inside in act[3] for place in self.tokens(inside)]
            found = tuple(sorted((*state[1], *inner))) if inner else state[1]
            if state[0] != 0:
                self._flat[state] = found
        return found

    def doubled(self, state: State) -> frozenset[int]:
        """Places with two tokens within one scope instance."""
        found = self._double.get(state)
        if found is None:
            tokens = state[1]
            own = {place for place, other in pairwise(tokens) if place == other}
            for act in state[2]:
                for inside in act[3]:
                    own |= self.doubled(inside)
            found = frozenset(own)
            if state[0] != 0:
                self._double[state] = found
        return found

    def size(self, state: State) -> int:
        """Tokens and instances at every depth."""
        return len(state[1]) + sum(1 + sum(self.size(inside) for inside in act[3]) for act in state[2])

    # --- a scope instance

    def _fresh(self, scope: int) -> State:
        return (scope, self.game.scopes[scope].initial, (), ())

    def _inner_moves(self, state: State) -> list[Move]:
        found = self._moves.get(state)
        if found is None:
            found = self._scope_moves(state)
            self._moves[state] = found
        return found

    def _scope_moves(self, state: State) -> list[Move]:
        moves: list[Move] = []
        self._own_steps(state, moves)
        previous = None
        for index, act in enumerate(state[2]):
            if act != previous:
                rest = state[2][:index] + state[2][index + 1 :]
                self._instance_steps(state, act, rest, moves)
                self._boundary_steps(state, act, rest, moves)
                previous = act
        scope = self.game.scopes[state[0]]
        if scope.triggers and INTERRUPTED not in state[3] and scope.begins not in state[1] and self._is_busy(state):
            self._trigger_steps(state, scope, moves)
        return moves

    def _own_steps(self, state: State, moves: list[Move]) -> None:
        index, tokens, acts, marks = state
        game = self.game
        scope, steps = game.scopes[index], game.steps
        numbers = list(scope.free) if INTERRUPTED not in marks else []
        previous = -1
        for place in tokens:
            if place != previous:
                numbers += game.steps_at[place]
                previous = place
        for number in dict.fromkeys(numbers):
            step = steps[number]
            left = self._joined(state, game.joins[step.join]) if step.join >= 0 else _without(tokens, step.taken)
            if left is None or not self._may(state, scope, step):
                continue
            after = left + list(step.given)
            after.sort()
            if step.ends_scope:
                moves.append((step.element, None, _QUIET, False))
            elif step.throws >= 0:
                self._thrown(state, step.element, step.throws, [(tuple(after), acts)], -1, moves)
            else:
                there = acts if step.enters < 0 else _with(acts, self._begun(step.enters))
                improper = step.is_end and bool(after or acts)
                if step.does and scope.is_ad_hoc:
                    self._done(step.element, scope, (index, tuple(after), there, marks), improper, moves)
                else:
                    moves.append(self._move(step.element, index, tuple(after), there, marks, improper))

    def _done(self, element: int, scope: Scope, after: State, improper: bool, moves: list[Move]) -> None:
        """An activity of an ad-hoc sub-process is over: that may go on, or end with it (13.3.5)."""
        index, tokens, acts, marks = after
        is_running = bool(acts) or not scope.within.isdisjoint(tokens)
        if scope.cancels_remaining or not is_running:
            moves.append((element, None, _QUIET, improper))
        used = (*marks, DONE) if scope.triggers else marks
        moves.append(self._move(element, index, tokens, acts, used, improper))

    def _may(self, state: State, scope: Scope, step: Step) -> bool:
        _, tokens, acts, _ = state
        if step.absent >= 0 and not self._is_clear(step.absent, tokens, acts):
            return False
        if scope.is_ad_hoc and (step.enters >= 0 or step.does):
            if any(act[0] == step.enters for act in acts):
                return False
            if scope.is_sequential and (acts or not (scope.within - set(step.taken)).isdisjoint(tokens)):
                return False
        return True

    def _is_clear(self, path: int, tokens: Tokens, acts: tuple[Instance, ...]) -> bool:
        own = self.game.paths[path]
        return own.places.isdisjoint(tokens) and not any(act[0] in own.activities for act in acts)

    def _joined(self, state: State, join: Join) -> list[int] | None:
        """Tokens left after an inclusive join, or None while one can still come that it must wait for (13.4.3)."""
        _, tokens, acts, _ = state
        filled = 0
        for bit, place in enumerate(join.places):
            if place in tokens:
                filled |= 1 << bit
        if not filled:
            return None
        empty = ((1 << len(join.places)) - 1) & ~filled
        if empty:
            for place in tokens:
                fed = join.feeds.get(place, 0)
                if fed & empty and not fed & filled:
                    return None
            for act in acts:
                fed = 0
                for mark, mask in join.feeds_from.get(act[0], ()):
                    if mark not in act[2]:
                        fed |= mask
                if fed & empty and not fed & filled:
                    return None
        left = list(tokens)
        for bit, place in enumerate(join.places):
            if filled >> bit & 1:
                left.remove(place)
        return left

    def _move(
        self,
        element: int,
        index: int,
        tokens: Tokens,
        acts: tuple[Instance, ...],
        marks: Tokens,
        improper: bool = False,
        signal: int = _QUIET,
    ) -> Move:
        """A move to this scope instance, which is complete where it holds nothing (13.5.6)."""
        scope = self.game.scopes[index]
        if not tokens and not acts and (not scope.is_ad_hoc or INTERRUPTED in marks):
            return (element, None, signal, improper)
        if scope.is_ad_hoc:
            tokens = tuple(sorted(set(tokens)))
        return (element, (index, tokens, acts, tuple(sorted(set(marks)))), signal, improper)

    # --- activity instances

    def _begun(self, number: int) -> Instance:
        activity = self.game.activities[number]
        count = 0
        if activity.passes == "parallel" and activity.most:
            count = min(activity.most, activity.at_once)
        return (number, count, (), (self._fresh(activity.scope),) * max(1, count))

    def _act_moves(self, act: Instance) -> list[tuple[int, Instance | None, int, bool]]:
        """What can happen inside an activity instance; None: the activity is completed."""
        found = self._acts.get(act)
        if found is not None:
            return found
        found = []
        number, count, marks, insides = act
        activity = self.game.activities[number]
        previous = None
        for index, inside in enumerate(insides):
            if inside == previous:
                continue
            previous = inside
            rest = insides[:index] + insides[index + 1 :]
            for element, after, signal, improper in self._inner_moves(inside):
                if after is not None:
                    found.append((element, (number, count, marks, _with(rest, after)), signal, improper))
                else:
                    found += [(element, each, signal, improper) for each in self._passed(activity, act, rest)]
        if activity.passes == "parallel" and not activity.most and len(insides) < activity.at_once:
            # An instance that has not moved yet is as good as a further one.
            fresh = self._fresh(activity.scope)
            if fresh not in insides:
                found.append((activity.element, (number, count, marks, _with(insides, fresh)), _QUIET, False))
        self._acts[act] = found
        return found

    def _passed(self, activity: Activity, act: Instance, rest: tuple[State, ...]) -> list[Instance | None]:
        """What an activity instance may be once one of its passes is over."""
        number, count, marks, _ = act
        fresh = self._fresh(activity.scope)
        options: list[Instance | None] = []
        if activity.passes == "serial":
            passes = count + 1
            if passes >= activity.least:
                options.append(None)
            if not activity.most or passes < activity.most:
                options.append((number, passes if activity.most else 0, marks, (fresh,)))
        elif activity.passes == "parallel":
            if activity.may_end_early or (not rest and (not activity.most or count >= activity.most)):
                options.append(None)
            if activity.most and count < activity.most:
                options.append((number, count + 1, marks, _with(rest, fresh)))
            elif rest:
                options.append((number, count, marks, rest))
            elif not activity.most:
                options.append((number, count, marks, (fresh,)))
        else:
            options.append(None)
        return options

    def _instance_steps(self, state: State, act: Instance, rest: tuple[Instance, ...], moves: list[Move]) -> None:
        index, tokens, _, marks = state
        activity = self.game.activities[act[0]]
        scope = self.game.scopes[index]
        for element, after, signal, improper in self._act_moves(act):
            if after is not None:
                ahead = [(tokens, _with(rest, after))]
            else:
                ahead = [(_given(tokens, way), rest) for way in activity.exits]
            if signal > 0:
                self._caught_outside(state, element, signal - 1, act[0], ahead, rest, moves)
            elif (
                after is None
                and scope.is_ad_hoc
                and INTERRUPTED not in marks
                and (not activity.is_event_sub_process or DONE in marks)
            ):
                for there, acts in ahead:
                    self._done(element, scope, (index, there, acts, marks), improper, moves)
            else:
                moves += [self._move(element, index, there, acts, marks, improper) for there, acts in ahead]

    def _boundary_steps(self, state: State, act: Instance, rest: tuple[Instance, ...], moves: list[Move]) -> None:
        index, tokens, acts, marks = state
        for catch in self.game.activities[act[0]].catches:
            if not catch.is_free:
                continue
            after = rest
            if not catch.is_interrupting:
                if catch.mark in act[2] or (catch.absent >= 0 and not self._is_clear(catch.absent, tokens, acts)):
                    continue
                used = act[2] if catch.mark < 0 else tuple(sorted((*act[2], catch.mark)))
                after = _with(rest, (act[0], act[1], used, act[3]))
            moves += [self._move(catch.element, index, _given(tokens, way), after, marks) for way in catch.ways]

    # --- event sub-processes

    def _is_busy(self, state: State) -> bool:
        """Whether more than event sub-processes is going on; where it isn't, no further one begins (13.5.4)."""
        if state[1] or self.game.scopes[state[0]].is_ad_hoc:
            return True
        return not all(self.game.activities[act[0]].is_event_sub_process for act in state[2])

    def _trigger_steps(self, state: State, scope: Scope, moves: list[Move]) -> None:
        index, tokens, acts, marks = state
        for catch in scope.triggers:
            if not catch.is_free:
                continue
            if not catch.is_interrupting and (catch.mark in marks or any(act[0] == catch.enters for act in acts)):
                continue
            for way in catch.ways:
                moves.append(self._triggered(catch.element, catch, way, index, tokens, acts, marks, _QUIET))

    def _triggered(
        self,
        element: int,
        catch: Catch,
        way: Tokens,
        index: int,
        tokens: Tokens,
        acts: tuple[Instance, ...],
        marks: Tokens,
        signal: int,
    ) -> Move:
        """An event sub-process begins with the tokens `way` inside (10.3.5.1)."""
        inside: State = (self.game.activities[catch.enters].scope, way, (), ())
        begun: tuple[Instance, ...] = ((catch.enters, 0, (), (inside,)),) if way else ()
        if catch.is_interrupting:
            return self._move(element, index, (), begun, (*marks, INTERRUPTED), signal=signal)
        after = _with(acts, begun[0]) if begun else acts
        used = (catch.mark,) if catch.mark >= 0 else ()
        return self._move(element, index, tokens, after, (*marks, *used), signal=signal)

    # --- errors, escalations, cancels

    def _thrown(
        self,
        state: State,
        element: int,
        number: int,
        ahead: list[tuple[Tokens, tuple[Instance, ...]]],
        within: int,
        moves: list[Move],
    ) -> None:
        """Something is raised in this scope instance; `ahead` is where it stands when the thrower goes on.

        `within` is the activity that it comes out of, or -1. What no event sub-process here catches goes further out.
        """
        index, _, _, marks = state
        throw = self.game.throws[number]
        catches: list[Catch] = []
        if INTERRUPTED not in marks:
            triggers = [catch for catch in self.game.scopes[index].triggers if catch.enters != within]
            catches = _nearest(triggers, throw)
        for tokens, acts in ahead:
            if not catches:
                moves.append(self._move(element, index, tokens, acts, marks, signal=number + 1))
            for catch in catches:
                moves.append(self._triggered(element, catch, (catch.raised,), index, tokens, acts, marks, _QUIET))

    def _caught_outside(
        self,
        state: State,
        element: int,
        number: int,
        within: int,
        ahead: list[tuple[Tokens, tuple[Instance, ...]]],
        rest: tuple[Instance, ...],
        moves: list[Move],
    ) -> None:
        """What comes out of an activity: its boundary events come first, then the scope around it."""
        index, tokens, _, marks = state
        throw, activity = self.game.throws[number], self.game.activities[within]
        catches = _nearest(list(activity.catches), throw)
        if throw.kind == "cancel" and activity.is_transaction and not catches:
            moves.append(self._move(element, index, tokens, rest, marks))
            return
        for catch in catches:
            if catch.is_interrupting:
                moves.append(self._move(element, index, _given(tokens, (catch.raised,)), rest, marks))
            else:
                moves += [
                    self._move(element, index, _given(there, (catch.raised,)), acts, marks) for there, acts in ahead
                ]
        if not catches:
            self._thrown(state, element, number, ahead, within, moves)


def _nearest(catches: list[Catch], throw: Throw) -> list[Catch]:
    """Those that match best: the same error or escalation, else those that catch all."""
    best = max((catch.matches(throw) for catch in catches), default=0)
    return [catch for catch in catches if best and catch.matches(throw) == best]


def _without(tokens: Tokens, taken: Tokens) -> list[int] | None:
    left = list(tokens)
    for place in taken:
        if place not in left:
            return None
        left.remove(place)
    return left


def _with(items: tuple[Any, ...], item: Any) -> tuple[Any, ...]:
    return tuple(sorted((*items, item)))


def _given(tokens: Tokens, given: Tokens) -> Tokens:
    return tuple(sorted((*tokens, *given)))


def covers(small: State, large: State) -> bool:
    """Whether `large` is `small` with more tokens or instances, or equal to it."""
    if small[0] != large[0] or small[3] != large[3]:
        return False
    if Counter(small[1]) - Counter(large[1]):
        return False
    left = list(large[2])
    for act in small[2]:
        match = act if act in left else next((each for each in left if _covers_instance(act, each)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _covers_instance(small: Instance, large: Instance) -> bool:
    if small[:3] != large[:3] or len(small[3]) != len(large[3]):
        return False
    pairs: Iterator[tuple[State, State]] = zip(small[3], large[3], strict=True)
    return all(covers(one, two) for one, two in pairs)
