"""From a drawing to the game that it stands for (BPMN 2.0.2, chapter 13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from mining.bpmn.beginnings import Beginning, beginnings
from mining.bpmn.drawing import Drawing, Flow, Node
from mining.bpmn.graph import ScopeGraph
from mining.errors import MiningError, Problem
from mining.statespace.catching import thrown_by, throws_within, uncaught_errors
from mining.statespace.parts import Activity, Catch, Game, Join, Path, Scope, Step, Throw
from mining.statespace.space import Element, Tokens
from mining.statespace.ways import ways_out

MAX_PASSES = 50
"""Stated numbers of passes up to this are counted; beyond it any number is allowed, and a note says so."""
MAX_ONCE = 8
"""Events that each may happen once on one task; each doubles its states."""
_RAISED = ("error", "escalation", "cancel")


@dataclass(frozen=True, slots=True)
class _Bounding:
    """What keeps a non-interrupting event from happening without end: its own path is empty, and `once` an instance."""

    once: bool
    own_path: frozenset[str]


class GameCompiler:
    """Compiles one drawing; `silent` are ids of steps without an event, `observed` ids of events that leave one."""

    def __init__(self, drawing: Drawing, *, silent: Collection[str], observed: Collection[str], at_once: int) -> None:
        self.drawing = drawing
        self.at_once = at_once
        self.nodes = sorted(drawing.nodes, key=lambda node: (node.name or node.id, node.id))
        self.of = {node.id: node for node in self.nodes}
        self.notes: list[tuple[str, str]] = list(drawing.notes)
        shown = [node for node in self.nodes if not node.is_event_sub_process]
        self.element = {node.id: number for number, node in enumerate(shown)}
        self.elements = tuple(
            Element(
                node.id,
                node.name or node.id,
                is_visible=(node.is_step and node.id not in silent) or (node.is_event and node.id in observed),
            )
            for node in shown
        )
        self.places: list[str] = []
        self.owner: list[str] = []  # the node behind a place: where its token comes from
        self.ahead: list[str] = []  # the node that its token waits for
        self.steps: list[Step] = []
        self.flows_out: dict[str, list[Flow]] = defaultdict(list)
        self.place_of: dict[str, int] = {}
        self.waits: dict[str, list[int]] = {node.id: [] for node in self.nodes}
        self.graph = ScopeGraph(drawing.nodes, drawing.flows)
        self.begin: dict[str, Beginning] = beginnings(drawing.nodes, drawing.flows)
        self.members: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            self.members[node.scope].append(node)
        self.scope_ids = ["", *(node.id for node in self.nodes if node.is_expanded)]
        self.scope_of = {identity: number for number, identity in enumerate(self.scope_ids)}
        self.activity_of = {identity: number for number, identity in enumerate(self.scope_ids[1:])}
        self.throws: list[Throw] = []
        self.throw_of: dict[str, int] = {}
        self.marks: dict[str, int] = {}
        self.joins: list[Join] = []
        self.within: dict[str, set[int]] = defaultdict(set)
        self.out: dict[str, list[Tokens]] = {}
        self.begin_places: set[int] = set()
        self.used: dict[int, frozenset[str]] = {}  # events that have happened once, by place within a task
        self.path_nodes: list[frozenset[str]] = []
        self.on: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            if node.type == "boundaryEvent":
                self.on[node.attached_to].append(node)

    def compile(self) -> Game:
        """The game."""
        initial, begins = self._places()
        self.out = {
            node.id: ways_out(node, self.flows_out[node.id], self.place_of, source=self.drawing.source)
            for node in self.nodes
        }
        self._link_ways()
        self._list_throws()
        for scope in self.scope_ids:
            for node in self.members[scope]:
                self._node_steps(node)
        activities = tuple(self._activity(self.of[identity]) for identity in self.scope_ids[1:])
        triggers = {scope: self._triggers(scope) for scope in self.scope_ids}
        steps = sorted(set(self.steps))
        steps_at: list[list[int]] = [[] for _ in self.places]
        free: dict[str, list[int]] = defaultdict(list)
        for number, step in enumerate(steps):
            if step.join >= 0:
                for place in self.joins[step.join].places:
                    steps_at[place].append(number)
            elif step.taken:
                steps_at[step.taken[0]].append(number)
            else:
                free[self._scope_of_element(step.element)].append(number)
        scopes = tuple(
            Scope(
                element=self.element.get(scope, -1),
                initial=tuple(sorted(initial[scope])),
                free=tuple(free[scope]),
                triggers=triggers[scope],
                begins=begins if number == 0 else -1,
                is_ad_hoc=self._is_ad_hoc(scope),
                is_sequential=bool(scope) and self.of[scope].is_sequential,
                cancels_remaining=not scope or self.of[scope].cancels_remaining,
                within=frozenset(self.within[scope]),
            )
            for number, scope in enumerate(self.scope_ids)
        )
        self.notes += [
            (identity, "nothing catches this error: the whole case ends with it.")
            for identity in uncaught_errors(self.nodes)
        ]
        return Game(
            source_name=self.drawing.source,
            elements=self.elements,
            places=tuple(self.places),
            steps=tuple(steps),
            steps_at=tuple(tuple(sorted(set(each))) for each in steps_at),
            scopes=scopes,
            activities=activities,
            throws=tuple(self.throws),
            joins=tuple(self._fed(join) for join in self.joins),
            paths=tuple(self._path(nodes) for nodes in self.path_nodes),
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def _scope_of_element(self, element: int) -> str:
        return self.of[self.elements[element].id].scope

    def _is_ad_hoc(self, scope: str) -> bool:
        return bool(scope) and self.of[scope].type == "adHocSubProcess"

    def _place(self, told: str, *, owner: str, ahead: str) -> int:
        self.places.append(told)
        self.owner.append(owner)
        self.ahead.append(ahead)
        return len(self.places) - 1

    def _told(self, identity: str) -> str:
        return f"'{self.of[identity].name or identity}'"

    # --- places

    def _places(self) -> tuple[dict[str, list[int]], int]:
        """A place for every flow, and one before every beginning; the initial places of each scope."""
        initial: dict[str, list[int]] = {scope: [] for scope in self.scope_ids}
        begins = -1
        if self.begin.get("", Beginning((), ())).alternatives:
            begins = self._begin_place("", "the start", initial)
        for flow in sorted(self.drawing.flows, key=lambda flow: flow.id):
            told = f"the flow from {self._told(flow.source)} to {self._told(flow.target)} ({flow.id})"
            self.place_of[flow.id] = self._place(told, owner=flow.source, ahead=flow.target)
            self.flows_out[flow.source].append(flow)
            self.waits[flow.target].append(self.place_of[flow.id])
        for scope in self.scope_ids:
            beginning = self.begin.get(scope, Beginning((), ()))
            if scope and self.of[scope].is_event_sub_process:
                for start in beginning.alternatives:
                    self.waits[start] = [self._place(f"the start of {self._told(scope)}", owner=start, ahead=start)]
            elif beginning.alternatives and scope:
                self._begin_place(scope, f"the start of {self._told(scope)} ({scope})", initial)
            elif not self._is_ad_hoc(scope):
                for node in sorted(beginning.together, key=lambda each: (self.of[each].name or each, each)):
                    place = self._place(f"the start of {self._told(node)} ({node})", owner=node, ahead=node)
                    self.waits[node].append(place)
                    initial[scope].append(place)
        return initial, begins

    def _begin_place(self, scope: str, told: str, initial: dict[str, list[int]]) -> int:
        starts = self.begin[scope].alternatives
        place = self._place(told, owner=scope, ahead=starts[0] if len(starts) == 1 else "")
        initial[scope].append(place)
        self.begin_places.add(place)
        for start in starts:
            self.waits[start] = [place]
        return place

    def _link_ways(self) -> None:
        """A link event that is left gives its token to the link event of its name (10.5.4)."""
        targets: dict[tuple[str, str], int] = {}
        for node in self.nodes:
            for trigger in node.triggers:
                if trigger.kind == "link" and node.type == "intermediateCatchEvent":
                    place = self._place(f"the link to {self._told(node.id)} ({node.id})", owner=node.id, ahead=node.id)
                    targets[node.scope, trigger.reference] = place
                    self.waits[node.id].append(place)
        for node in self.nodes:
            for trigger in node.triggers:
                place_ahead = targets.get((node.scope, trigger.reference))
                if trigger.kind == "link" and node.type == "intermediateThrowEvent" and place_ahead is not None:
                    self.out[node.id] = [tuple(sorted((*way, place_ahead))) for way in self.out[node.id]]

    def _list_throws(self) -> None:
        for node in self.nodes:
            thrown = thrown_by(node)
            if thrown is not None:
                self.throw_of[node.id] = len(self.throws)
                self.throws.append(Throw(thrown[0], thrown[1], node.id))

    # --- steps

    def _node_steps(self, node: Node) -> None:
        if node.is_event_sub_process or node.type == "boundaryEvent":
            return
        element, ways, waits = self.element[node.id], self.out[node.id], sorted(self.waits[node.id])
        is_free = self._is_ad_hoc(node.scope) and node.id in self.begin[node.scope].together
        takes: list[Tokens] = [(), *((p,) for p in waits)] if is_free else [(p,) for p in waits]
        if node.is_expanded:
            self.steps += [Step(element, taken, (), enters=self.activity_of[node.id]) for taken in takes]
        elif node.is_step:
            self._task_steps(node, takes)
        elif node.type == "parallelGateway":
            self.steps += [Step(element, tuple(waits), way) for way in ways if waits or is_free]
        elif node.type == "inclusiveGateway" and len(waits) > 1:
            self.joins.append(Join(tuple(waits)))
            self.steps += [Step(element, (), way, join=len(self.joins) - 1) for way in ways]
        else:
            terminates = node.type == "endEvent" and any(t.kind == "terminate" for t in node.triggers)
            throws = -1 if terminates else self.throw_of.get(node.id, -1)
            self.steps += [
                Step(
                    element,
                    taken,
                    way,
                    throws=throws,
                    ends_scope=terminates,
                    is_end=node.type == "endEvent",
                )
                for taken in takes
                for way in ways
            ]

    def _passes(self, node: Node) -> tuple[int, int]:
        """Least and most passes of an activity; most 0 where there is no bound."""
        marker = node.marker
        if marker is None or node.is_event_sub_process:
            return 1, 1
        exact, most = marker.cardinality, marker.maximum
        for number in (exact, most):
            if number is not None and number > MAX_PASSES:
                self.notes.append(
                    (node.id, f"{number} passes are too many to be counted: any number from one on is allowed.")
                )
                return 1, 0
        if exact is not None:
            return (1 if marker.may_end_early else exact), exact
        return 1, most or 0

    def _task_steps(self, node: Node, takes: list[Tokens]) -> None:
        """A task and the events on it; places inside it remember passes and what has happened once."""
        element, ways = self.element[node.id], self.out[node.id]
        least, most = self._passes(node)
        events = [(event, self._bounding(event)) for event in self.on[node.id]]
        once = sum(1 for event, bounding in events if bounding is not None and bounding.once)
        if once > MAX_ONCE:
            raise MiningError(
                Problem(
                    where=self.drawing.source,
                    what=f"{node.told} has {once} events that may each happen once, of at most {MAX_ONCE}.",
                    todo="Draw fewer boundary events.",
                )
            )
        inner: dict[tuple[int, frozenset[str]], Tokens] = {}
        waiting: list[tuple[int, frozenset[str]]] = []

        def within(passes: int, used: frozenset[str]) -> Tokens:
            key = (passes if most else 0, used)
            if key not in inner:
                told = f"{self._told(node.id)}, under way ({node.id})"
                inner[key] = (self._place(told, owner=node.id, ahead=node.id),)
                self.used[inner[key][0]] = used
                self.within[node.scope].update(inner[key])
                waiting.append(key)
            return inner[key]

        def fire(taken: Tokens, passes: int, used: frozenset[str]) -> None:
            if passes + 1 >= least:
                self.steps.extend(Step(element, taken, way, does=True) for way in ways)
            if not most or passes + 1 < most:
                self.steps.append(Step(element, taken, within(passes + 1, used)))
            if self.begin_places.intersection(taken):
                return  # it begins the case by being done; before that nothing is under way
            for event, bounding in events:
                number = self.element[event.id]
                if event.id in used:
                    continue
                for way in self.out[event.id]:
                    if bounding is None:
                        self.steps.append(Step(number, taken, way))
                        continue
                    after = within(passes, used | {event.id}) if bounding.once else taken
                    absent = self._path_number(bounding.own_path)
                    self.steps.append(Step(number, taken, tuple(sorted((*after, *way))), absent=absent))

        for taken in takes:
            fire(taken, 0, frozenset())
        for key in waiting:
            fire(inner[key], key[0], key[1])

    def _bounding(self, event: Node) -> _Bounding | None:
        """How often a non-interrupting event may happen; None for an interrupting one."""
        if event.is_interrupting:
            return None
        beginning = self.begin[event.scope]
        region = self.graph.reached([event.id])
        others = self.graph.reached([*beginning.alternatives, *beginning.together], without=event.id)
        own = frozenset(region - others) if self.out[event.id] != [()] else frozenset()
        if _is_single(event):
            return _Bounding(once=True, own_path=own)
        if region & others:
            self.notes.append((event.id, "its path joins the main flow: it is taken to happen at most once each time."))
            return _Bounding(once=True, own_path=own)
        if own:
            self.notes.append((event.id, "it may happen again once its own path is finished, not before."))
        return _Bounding(once=False, own_path=own)

    def _path_number(self, nodes: frozenset[str]) -> int:
        if not nodes:
            return -1
        if nodes not in self.path_nodes:
            self.path_nodes.append(nodes)
        return self.path_nodes.index(nodes)

    # --- activities with an inside, and what catches

    def _activity(self, node: Node) -> Activity:
        least, most = self._passes(node)
        kind = "" if node.marker is None or node.is_event_sub_process else "serial"
        if kind and node.marker is not None and node.marker.kind == "parallel":
            kind = "parallel"
            if not most or most > self.at_once:
                self.notes.append((node.id, f"at most {self.at_once} of its instances run at a time."))
        if node.type == "transaction" and not any(
            trigger.kind == "cancel" for event in self.on[node.id] for trigger in event.triggers
        ):
            cancels = [t for t in throws_within(self.drawing.nodes, node.id) if t[1] == "cancel" and t[3] == node.id]
            if cancels:
                self.notes.append((node.id, "nothing goes on from it after it was cancelled: no event catches that."))
        if self._is_ad_hoc(node.id):
            self.notes.append(
                (node.id, "at most one token is kept on each flow inside, and one instance of each activity runs.")
            )
        return Activity(
            element=self.element.get(node.id, -1),
            element_id=node.id,
            scope=self.scope_of[node.id],
            exits=tuple(self.out[node.id]),
            catches=tuple(self._boundary_catch(event) for event in self.on[node.id]),
            passes=kind,
            least=least,
            most=most,
            at_once=self.at_once,
            may_end_early=node.marker is not None and node.marker.may_end_early,
            is_transaction=node.type == "transaction",
            is_event_sub_process=node.is_event_sub_process,
        )

    def _mark(self, identity: str) -> int:
        # 0 and 1 are marks of every scope.
        return self.marks.setdefault(identity, len(self.marks) + 2)

    def _boundary_catch(self, event: Node) -> Catch:
        bounding = self._bounding(event)
        is_free, catches = self._catching(event, event.attached_to, but="")
        raised = -1
        if catches:
            told = f"the event {self._told(event.id)} ({event.id})"
            raised = self._place(told, owner=event.id, ahead=event.id)
            self.steps += [Step(self.element[event.id], (raised,), way) for way in self.out[event.id]]
        return Catch(
            element=self.element[event.id],
            ways=tuple(self.out[event.id]),
            is_interrupting=event.is_interrupting,
            is_free=is_free,
            catches=catches,
            raised=raised,
            mark=self._mark(event.id) if bounding is not None and bounding.once else -1,
            absent=-1 if bounding is None else self._path_number(bounding.own_path),
        )

    def _triggers(self, scope: str) -> tuple[Catch, ...]:
        """The start events of the event sub-processes in a scope (10.3.5.1)."""
        found = []
        for holder in self.members[scope]:
            if not holder.is_event_sub_process:
                continue
            for start in sorted(self.begin[holder.id].alternatives):
                event = self.of[start]
                if event.type != "startEvent":
                    continue
                once = _is_single(event)
                is_free, catches = self._catching(event, scope, but=holder.id)
                if not event.is_interrupting and is_free and not once:
                    self.notes.append((holder.id, "it may happen again once it is finished, not before."))
                found.append(
                    Catch(
                        element=self.element[start],
                        ways=tuple(self.out[start]),
                        is_interrupting=event.is_interrupting,
                        is_free=is_free,
                        catches=catches,
                        raised=self.waits[start][0],
                        mark=self._mark(start) if once and not event.is_interrupting else -1,
                        enters=self.activity_of[holder.id],
                    )
                )
        return tuple(found)

    def _catching(self, event: Node, within: str, *, but: str) -> tuple[bool, tuple[tuple[str, str], ...]]:
        """Whether an event may happen at any time, and what raises it, given what is thrown inside `within`."""
        thrown = throws_within(self.drawing.nodes, within, but=but)
        catches, is_free = [], not event.triggers
        for trigger in event.triggers:
            key = trigger.code or trigger.reference if trigger.kind != "cancel" else ""
            matching = [
                each
                for each in thrown
                if each[1] == trigger.kind
                and ((not key or each[2] == key) if trigger.kind != "cancel" else each[3] == within)
            ]
            if trigger.kind not in _RAISED:
                is_free = True
            elif matching and not (event.is_parallel and len(event.triggers) > 1):
                catches.append((trigger.kind, key))
            else:
                is_free = True
                self.notes.append(
                    (event.id, f"nothing drawn inside raises this {trigger.kind}: it may happen at any time.")
                )
        return is_free, tuple(catches)

    # --- inclusive joins and own paths

    def _fed(self, join: Join) -> Join:
        gateway = self.ahead[join.places[0]]
        scope = self.of[gateway].scope
        feeds: dict[int, int] = defaultdict(int)
        feeds_from: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        starts = self.begin[scope].alternatives
        for bit, place in enumerate(join.places):
            feeds[place] |= 1 << bit
            source = self.owner[place]
            if source not in self.graph.before:
                continue
            leading = self.graph.leading_to([source], without=gateway)
            for other, ahead in enumerate(self.ahead):
                if other in join.places:
                    continue
                is_start = not ahead and self.owner[other] == scope and bool(leading.intersection(starts))
                used = self.used.get(other, frozenset())
                if is_start or (self._leads(ahead, source, leading, used) if used else ahead in leading):
                    feeds[other] |= 1 << bit
            for identity, number in self.activity_of.items():
                events = self.on[identity]
                if self._leads(identity, source, leading, frozenset(event.id for event in events)):
                    feeds_from[number][-1] |= 1 << bit
                for event in events:
                    if event.id in leading:
                        feeds_from[number][self.marks.get(event.id, -1)] |= 1 << bit
        pairs = {number: tuple(sorted(masks.items())) for number, masks in feeds_from.items()}
        return Join(join.places, dict(feeds), pairs)

    def _leads(self, node: str, source: str, leading: set[str], used: frozenset[str]) -> bool:
        """Whether a way out of a node leads on by `leading`, the events in `used` on it left out."""
        return (node == source and node in leading) or any(
            ahead in leading for ahead in self.graph.after[node] if ahead not in used
        )

    def _path(self, nodes: frozenset[str]) -> Path:
        return Path(
            frozenset(place for place, owner in enumerate(self.owner) if owner in nodes),
            frozenset(number for identity, number in self.activity_of.items() if identity in nodes),
        )


def _is_single(event: Node) -> bool:
    """Whether an event is a timer that runs out once."""
    return bool(event.triggers) and all(t.kind == "timer" and t.timer != "cycle" for t in event.triggers)
