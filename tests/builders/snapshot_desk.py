"""The made-up service desk: a year of cases, some of which leave the flow."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from tests.builders.drawings import DESK_BPMN, DESK_STEPS
from tests.builders.snapshot_tables import AS_OF, Tables, id_of


def add_desk(tables: Tables, chance: random.Random, count: int) -> None:
    version = "2026-01-01"
    tables.add(
        "standards",
        process="desk",
        standard_version=version,
        valid_from=datetime(2025, 12, 31, 16, tzinfo=UTC),
        valid_to=None,
        approved_by="Li Na",
        approved_on=date(2025, 12, 20),
        fingerprint="f" * 64,
        flow_bpmn=DESK_BPMN,
        notes="First approved version",
        title_en="Handling of tickets",
        title_zh="工单处理标准",
        owner="Service desk manager",
    )
    for clause, kind, element, en, zh, severity in (
        ("flow", "flow", None, "The flow is followed as drawn", "按设计流程执行", "medium"),
        *((f"step:{e}", "step", e, f"{n} is done", f"执行环节:{n}", s) for e, n, s in DESK_STEPS),
        ("limit:first_response", "limit", None, "First response within 4 h", "4 小时内首次响应", "high"),
        ("limit:resolution", "limit", None, "Resolved within 5 days", "5 天内解决", "high"),
    ):
        tables.add(
            "clauses",
            process="desk",
            standard_version=version,
            clause_id=clause,
            kind=kind,
            element_id=element,
            text_en=en,
            text_zh=zh,
            owner="Service desk manager",
            severity=severity,
            target=None,
        )
    element_of = {name: element for element, name, _ in DESK_STEPS}
    verdicts: set[tuple[str, bool]] = set()
    for number in range(count):
        started = datetime(2026, 1, 2, 1, tzinfo=UTC) + timedelta(
            hours=number * 6800 / count, minutes=chance.randrange(600)
        )
        path = ["Register ticket", "Classify ticket", "First response"]
        if chance.random() < 0.35:
            path += ["Assign to second line", "Investigate"]
        else:
            path += ["Investigate"]
        path += ["Resolve ticket", "Confirm with customer", "Close ticket"]
        kind: tuple[str, str, str, int] | None = None
        draw = chance.random()
        if draw < 0.12:
            path.remove("Confirm with customer")
            kind = ("skipped", "Confirm with customer", "step:" + element_of["Confirm with customer"], len(path))
        elif draw < 0.17:
            path.remove("Classify ticket")
            kind = ("skipped", "Classify ticket", "step:" + element_of["Classify ticket"], 2)
        elif draw < 0.27:
            spot = path.index("Resolve ticket")
            path[spot:spot] = ["Investigate"]
            kind = ("repeated", "Investigate", "flow", spot + 1)
        elif draw < 0.31:
            path[1], path[2] = path[2], path[1]
            kind = ("out_of_order", "Classify ticket", "step:" + element_of["Classify ticket"], 3)
        elif draw < 0.35:
            path.insert(4, "Call vendor")
            kind = ("unknown_activity", "Call vendor", "flow", 5)
        elif draw < 0.4 and "Assign to second line" not in path:
            spot = path.index("Confirm with customer")
            path[spot] = "Assign to second line"
            kind = ("replaced", "Confirm with customer", "step:" + element_of["Confirm with customer"], spot + 1)
        case_id = f"T-{number + 1:05d}"
        branch = chance.choice(["Shanghai", "Beijing", "Chengdu"])
        moment, previous = started, started
        done: list[str] = []
        complete = True
        times: dict[str, datetime] = {}
        for position, activity in enumerate(path, start=1):
            slow = 26 if activity == "Investigate" else 9 if activity == "Confirm with customer" else 1.6
            begun = previous + timedelta(seconds=round(chance.expovariate(1 / (slow * 3600))))
            ended = begun + timedelta(seconds=round(chance.expovariate(1 / 2400)) + 60)
            if ended > AS_OF:
                complete = False
                break
            agent = f"Agent {chance.randrange(9) + 1}"
            role = "Second line" if "second" in activity or activity == "Investigate" else "Service desk"
            wait, work = (begun - previous).total_seconds(), (ended - begun).total_seconds()
            tables.add(
                "activity_instances",
                process="desk",
                case_id=case_id,
                instance=position,
                activity=activity,
                resource=agent,
                role=role,
                enabled_at=previous,
                started_at=begun,
                completed_at=ended,
                waiting_seconds=wait,
                processing_seconds=work,
                sojourn_seconds=wait + work,
            )
            tables.add(
                "events",
                process="desk",
                case_id=case_id,
                position=position,
                activity=activity,
                lifecycle="complete",
                resource=agent,
                role=role,
                occurred_at=ended,
                load_id=1,
                row_number=position,
            )
            times.setdefault(activity, ended)
            done.append(activity)
            previous = moment = ended
        if not done:
            continue
        if not complete and kind and kind[3] > len(done):
            kind = None
        state = "closed" if complete else ("abandoned" if started < AS_OF - timedelta(days=30) else "open")
        ended_at = moment if state != "open" else None
        late: list[tuple[str, float, datetime]] = []
        for clause, limit, to in (
            ("first_response", 4 * 3600, "First response"),
            ("resolution", 5 * 86400, "Resolve ticket"),
        ):
            start = times.get("Register ticket")
            if start is None:
                continue
            stop = times.get(to)
            due = start + timedelta(seconds=limit)
            elapsed = ((stop or ended_at or AS_OF) - start).total_seconds()
            outcome = (
                "breached" if elapsed > limit else "met" if stop else "at_risk" if elapsed > 0.8 * limit else "running"
            )
            if state == "abandoned" and stop is None:
                outcome = "breached"
            tables.add(
                "limit_checks",
                process="desk",
                case_id=case_id,
                clause_id=f"limit:{clause}",
                standard_version=version,
                occurrence=1,
                from_at=start,
                to_at=stop,
                due_at=due,
                elapsed_seconds=elapsed,
                limit_seconds=float(limit),
                outcome=outcome,
            )
            if outcome == "breached":
                late.append((clause, max(0.0, elapsed - limit), stop or AS_OF))
        open_ = state == "open"
        variant = "-".join(done)
        cost = (2 if kind[0] in {"out_of_order", "replaced"} else 1) if kind else 0
        findings = 0
        if kind:
            findings += 1
            _deviation(tables, case_id, kind, version, element_of.get(kind[1]), moment, "open" if open_ else "final")
        elif draw > 0.9 and not open_:
            mended = ("skipped", "Classify ticket", "step:" + element_of["Classify ticket"], 2)
            _deviation(tables, case_id, mended, version, element_of[mended[1]], moment, "resolved")
        for clause, excess, at in late:
            findings += 1
            _late(tables, case_id, clause, excess, at, version, open_)
        tables.add(
            "cases",
            process="desk",
            case_id=case_id,
            state=state,
            started_at=started,
            ended_at=ended_at,
            period=(ended_at + timedelta(hours=8)).strftime("%Y-%m") if ended_at else None,
            event_count=len(done),
            variant_id=id_of(variant),
            standard_version=version,
            cycle_seconds=(ended_at - started).total_seconds() if ended_at else None,
            alignment_cost=cost,
            fitness=1 - cost / (len(done) + 7),
            deviation_count=findings,
            is_conformant=None if open_ else kind is None and state == "closed",
            segments=pa.scalar([("branch", branch)], pa.map_(pa.string(), pa.string())),
        )
        as_prefix = state != "closed"
        if (variant, as_prefix) not in verdicts:
            verdicts.add((variant, as_prefix))
            _verdict(tables, "desk", variant, done, as_prefix, version, kind, element_of, cost)
    _desk_extras(tables)


def _verdict(
    tables: Tables,
    process: str,
    variant: str,
    done: list[str],
    open_: bool,
    version: str,
    kind: tuple[str, str, str, int] | None,
    element_of: dict[str, str],
    cost: int,
) -> None:
    tables.add(
        "variant_verdicts",
        process=process,
        variant_id=id_of(variant),
        standard_version=version,
        is_open=open_,
        alignment_cost=cost,
        cost_lower=cost,
        cost_upper=cost,
        is_exact=True,
        fitness=1 - cost / (len(done) + 7),
    )
    step = 0
    for position, activity in enumerate(done, start=1):
        if kind and kind[0] in {"skipped", "replaced"} and kind[3] == position:
            step += 1
            _move(tables, process, variant, version, open_, step, "model", kind[1], element_of[kind[1]], None)
        step += 1
        known = activity in element_of and not (
            kind and kind[0] in {"repeated", "replaced", "unknown_activity"} and kind[3] == position
        )
        _move(
            tables,
            process,
            variant,
            version,
            open_,
            step,
            "synchronous" if known else "log",
            activity,
            element_of[activity] if known else None,
            position,
        )


def _move(
    tables: Tables,
    process: str,
    variant: str,
    version: str,
    open_: bool,
    step: int,
    move: str,
    activity: str,
    element: str | None,
    position: int | None,
) -> None:
    tables.add(
        "alignment_moves",
        process=process,
        variant_id=id_of(variant),
        standard_version=version,
        is_open=open_,
        step=step,
        move=move,
        activity=activity,
        element_id=element,
        position=position,
    )


_SENTENCES = {
    "skipped": ("'{}' was skipped.", "遗漏了环节“{}”。"),
    "repeated": ("'{}' was done more often than designed.", "环节“{}”的执行次数多于设计。"),
    "out_of_order": ("'{}' was done out of order.", "环节“{}”顺序颠倒。"),
    "replaced": ("Something else was done where '{}' was due.", "环节“{}”被替代。"),
    "unknown_activity": ("'{}' is not part of the standard.", "活动“{}”不在标准之内。"),
}


def _deviation(
    tables: Tables,
    case_id: str,
    kind: tuple[str, str, str, int],
    version: str,
    element: str | None,
    at: datetime,
    status: str,
) -> None:
    en, zh = _SENTENCES[kind[0]]
    tables.add(
        "deviations",
        deviation_id=id_of(case_id + kind[0]),
        process="desk",
        case_id=case_id,
        standard_version=version,
        clause_id=kind[2],
        kind=kind[0],
        activity=kind[1],
        element_id=element,
        occurrence=1,
        position=kind[3],
        occurred_at=at,
        sentence_en=en.format(kind[1]),
        sentence_zh=zh.format(kind[1]),
        owner="Service desk manager",
        severity="high" if kind[0] == "skipped" else "medium",
        excess_seconds=None,
        resource="Agent 1",
        status=status,
        first_seen=AS_OF,
        last_seen=AS_OF,
        resolved_at=AS_OF if status == "resolved" else None,
    )


def _late(tables: Tables, case_id: str, clause: str, excess: float, at: datetime, version: str, open_: bool) -> None:
    activity = "First response" if clause == "first_response" else "Resolve ticket"
    hours = excess / 3600
    tables.add(
        "deviations",
        deviation_id=id_of(case_id + clause),
        process="desk",
        case_id=case_id,
        standard_version=version,
        clause_id=f"limit:{clause}",
        kind="late",
        activity=activity,
        element_id=None,
        occurrence=1,
        position=3,
        occurred_at=at,
        sentence_en=f"'{activity}' came {hours:.1f} h after it was due.",
        sentence_zh=f"“{activity}”超时 {hours:.1f} 小时。",
        owner="Service desk manager",
        severity="high",
        excess_seconds=excess,
        resource="Agent 1",
        status="open" if open_ else "final",
        first_seen=AS_OF,
        last_seen=AS_OF,
        resolved_at=None,
    )


def _desk_extras(tables: Tables) -> None:
    for number, name in enumerate(("data/tickets-2026-08.csv", "data/tickets-2026-09.csv", "data/tickets-2026-10.csv")):
        tables.add(
            "loads",
            load_id=number + 1,
            process="desk",
            source="tickets",
            locator=name,
            content_hash="a" * 64,
            loaded_at=AS_OF + timedelta(hours=number),
            rows_read=1204 + number,
            rows_landed=1203 + number,
            rows_duplicate=2,
            rows_quarantined=2,
            is_current=number > 0,
            complete_to=None,
            undone_by=None,
        )
    for number, (reason, column, value) in enumerate(
        (
            ("instant_unreadable", "done_at", "31/02/2026 12:00"),
            ("instant_unreadable", "done_at", "soon"),
            ("case_missing", "ticket_id", None),
            ("start_after_end", "begun_at", "2026-09-02 18:00:00"),
        )
    ):
        tables.add(
            "quarantined_rows",
            process="desk",
            source="tickets",
            load_id=2,
            row_number=40 + number,
            reason=reason,
            column_name=column,
            value=value,
            raw=f"T-{number},Resolve ticket,{value}",
            replayed_at=None,
        )
    for night, (fitness, change) in enumerate(((0.961, "first"), (0.966, "same"), (0.972, "changed"))):
        tables.add(
            "discovered_models",
            process="desk",
            run_id=f"night-{night}",
            method="inductive miner, noise 0.2",
            bpmn_xml="",
            pnml="",
            fitness=fitness,
            precision=0.81 - night / 100,
            simplicity=0.74,
            cases_covered=350,
            change=change,
            fingerprint=f"{night}",
        )
