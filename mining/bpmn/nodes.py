"""One flow node of a file."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from mining.bpmn import vocabulary
from mining.bpmn.account import Account, is_model, model_children
from mining.bpmn.drawing import SUB_PROCESSES, Loop, Node
from mining.bpmn.triggers import bare, read_triggers, text_of
from mining.document import local_name, spaced


def is_true(element: etree._Element, attribute: str) -> bool:
    """Whether an attribute says yes."""
    return spaced(element.get(attribute)) in {"true", "1"}


def has_inside(element: etree._Element) -> bool:
    """Whether a sub-process or process holds flow nodes."""
    return any(is_model(child) and local_name(child) in vocabulary.FLOW_NODES for child in element)


def read_node(
    element: etree._Element,
    *,
    identity: str,
    scope: str,
    prefix: str,
    lane: str,
    known: Mapping[str, etree._Element],
    account: Account,
    source: str,
) -> Node | None:
    """The node that `element` draws; None, with the reasons in `account`, where it can't be honoured.

    `known` holds the definitions of the file by id; `prefix` stands before all ids of a called process.
    """
    tag = local_name(element)
    reasons = []
    if tag in vocabulary.REFUSED_NODES:
        reasons.append(vocabulary.REFUSED_NODES[tag])
    marker: Loop | None = None
    for child in model_children(element):
        part = local_name(child)
        if part in vocabulary.LOOPS:
            marker = _marker(child, identity, account)
        elif (
            part.endswith("EventDefinition")
            or part in vocabulary.STRUCTURE
            or part in vocabulary.FLOW_PARTS
            or part == "eventDefinitionRef"
        ):
            continue
        elif not account.ignore(child):
            reasons.append(f"its part <{part}> can't be honoured.")
    triggers, lost = read_triggers(element, known)
    reasons += [f"it refers to the event definition '{reference}', which the file doesn't have." for reference in lost]
    reasons += _trigger_reasons(tag, [trigger.kind for trigger in triggers])
    if is_true(element, "isForCompensation"):
        reasons.append(vocabulary.COMPENSATION)
    reasons += [
        f"a {quantity} other than 1 can't be honoured."
        for quantity in ("startQuantity", "completionQuantity")
        if spaced(element.get(quantity, "1")) not in {"1", ""}
    ]
    for reason in reasons:
        account.refuse(element, reason, source=source)
    if reasons:
        return None
    if tag in {"intermediateCatchEvent", "boundaryEvent"} and not triggers:
        account.notes.append((identity, "it is not drawn what the event waits for: it may happen at any time."))
    is_boundary = tag == "boundaryEvent"
    is_group = spaced(element.get("eventGatewayType")).casefold() == "parallel"
    interrupts = spaced(element.get("cancelActivity" if is_boundary else "isInterrupting")) not in {"false", "0"}
    if not interrupts and {"error", "cancel"} & {trigger.kind for trigger in triggers}:
        account.notes.append((identity, "an error or cancel event always interrupts; the drawing says otherwise."))
        interrupts = True
    return Node(
        id=identity,
        name=spaced(element.get("name")),
        type=tag,
        lane=lane,
        scope=scope,
        triggers=tuple(triggers),
        is_parallel=is_true(element, "parallelMultiple") or is_group,
        attached_to=f"{prefix}{bare(element.get('attachedToRef'))}" if is_boundary else "",
        is_interrupting=interrupts,
        marker=marker,
        is_expanded=tag in SUB_PROCESSES and has_inside(element),
        is_event_sub_process=tag == "subProcess" and is_true(element, "triggeredByEvent"),
        is_sequential=tag == "adHocSubProcess" and spaced(element.get("ordering")).casefold() == "sequential",
        cancels_remaining=spaced(element.get("cancelRemainingInstances")) not in {"false", "0"},
        called=spaced(element.get("calledElement")) if tag == "callActivity" else "",
        instantiates=tag in {"receiveTask", "eventBasedGateway"} and is_true(element, "instantiate"),
    )


def _marker(element: etree._Element, identity: str, account: Account) -> Loop:
    if local_name(element) == "standardLoopCharacteristics":
        maximum = _number(element.get("loopMaximum"))
        if maximum == 0:
            account.notes.append(
                (identity, "a maximum of 0 passes is read as none: any number from one on is allowed.")
            )
        return Loop("standard", maximum=maximum or None)
    cardinality, may_end_early = None, False
    for child in model_children(element):
        may_end_early = may_end_early or local_name(child) == "completionCondition"
        if local_name(child) == "loopCardinality":
            text = text_of(child)
            cardinality = _number(text) or None
            if cardinality is None:
                account.notes.append(
                    (identity, f"'{text}' is no number of instances from one on: any number from one on is allowed.")
                )
    kind = "sequential" if is_true(element, "isSequential") else "parallel"
    return Loop(kind, cardinality=cardinality, may_end_early=may_end_early)


def _number(text: str | None) -> int | None:
    digits = spaced(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None


def _trigger_reasons(tag: str, kinds: list[str]) -> list[str]:
    if "compensate" in kinds:
        return [vocabulary.COMPENSATION]
    if tag not in vocabulary.TRIGGERS:
        return []
    wrong = sorted(set(kinds) - vocabulary.TRIGGERS[tag])
    if not wrong:
        return []
    return [f"{vocabulary.PLACES[tag]} of type {' and '.join(wrong)} has no meaning in BPMN."]
