"""A published snapshot made up for tests: no pipeline needed, the same rows every time.

Three processes: `desk` (a service desk, bilingual), `hostile` (markup, quotes, formulas, very long names,
NULLs) and `empty` (known, but without cases and without a standard).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tests.builders.drawings import DESK_BPMN, DESK_STEPS

CONTRACT = Path(__file__).parents[2] / "warehouse" / "mart" / "contract.sql"
AS_OF = datetime(2026, 10, 12, 16, 0, tzinfo=UTC)

_VIEWS = """
CREATE TABLE events (process VARCHAR, case_id VARCHAR, position BIGINT, activity VARCHAR, lifecycle VARCHAR,
    resource VARCHAR, role VARCHAR, occurred_at TIMESTAMPTZ, load_id BIGINT, row_number BIGINT);
CREATE TABLE activity_instances (process VARCHAR, case_id VARCHAR, instance BIGINT, activity VARCHAR, resource VARCHAR,
    role VARCHAR, enabled_at TIMESTAMPTZ, started_at TIMESTAMPTZ, completed_at TIMESTAMPTZ, waiting_seconds DOUBLE,
    processing_seconds DOUBLE, sojourn_seconds DOUBLE, waiting_business_seconds DOUBLE,
    processing_business_seconds DOUBLE, sojourn_business_seconds DOUBLE);
CREATE TABLE cases (process VARCHAR, case_id VARCHAR, state VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ,
    period VARCHAR, event_count BIGINT, variant_id VARCHAR, standard_version VARCHAR, cycle_seconds DOUBLE,
    cycle_business_seconds DOUBLE, alignment_cost BIGINT, fitness DOUBLE, deviation_count BIGINT,
    is_conformant BOOLEAN, segments MAP(VARCHAR, VARCHAR));
"""

_HOSTILE = (
    "<script>window.hacked = true; alert(1)</script>",
    '"><img src=x onerror="window.hacked=true">',
    '=HYPERLINK("http://evil.example/","click") & \'quoted\' {{ 7*7 }} {% raw %}',
    "Very long activity name " + "without any end in sight " * 12 + "x" * 180,
    "</svg></style><style>body{display:none}</style>",
    "right-to-left \u202eevil\u202c and \x07 bell",
)


@dataclass
class _Tables:
    """Rows by table; columns by the names of the first row."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)


def build_snapshot(
    path: Path, *, cases: int = 420, multiply: int = 1, seed: int = 7, schema_version: int = 1, hostile: bool = True
) -> Path:
    """Write the snapshot and give its path; `multiply` repeats the desk's cases, for tests of speed."""
    tables = _Tables()
    chance = random.Random(seed)
    tables.add("schema_info", schema_version=schema_version, product="asrun 0.1.0", generation=3)
    _process(tables, "desk", "Service desk", "服务台", "Service desk manager", "https://desk.example.org/t/{case_id}")
    _process(tables, "empty", "Loan applications", "贷款申请", None, None)
    _desk(tables, chance, cases)
    if hostile:
        _process(
            tables, "hostile", _HOSTILE[0], "<b>敌意</b>" + _HOSTILE[1], _HOSTILE[1], "javascript:alert('{case_id}')"
        )
        _hostile(tables, chance)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(CONTRACT.read_text(encoding="utf-8"))
        connection.execute(_VIEWS)
        connection.execute("COMMENT ON TABLE cases IS 'One row per case'")
        connection.execute("COMMENT ON COLUMN cases.fitness IS 'Fitness of the case'")
        for name, rows in tables.rows.items():
            columns = list(rows[0])
            frame = pa.table({column: [row[column] for row in rows] for column in columns})  # noqa: F841
            names = ", ".join(f'"{column}"' for column in columns)
            connection.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM frame")
        if multiply > 1:
            for name in ("events", "activity_instances", "cases", "limit_checks", "deviations"):
                connection.execute(
                    f"INSERT INTO {name} SELECT t.* REPLACE (t.case_id || '-' || copy AS case_id) "
                    f"FROM {name} t, range(1, {multiply}) AS copies(copy) WHERE t.process = 'desk'"
                )
        connection.execute(_DERIVED)
        connection.execute("CHECKPOINT")
    return path


def _process(tables: _Tables, name: str, en: str, zh: str, owner: str | None, url: str | None) -> None:
    tables.add(
        "processes",
        process=name,
        title_en=en,
        title_zh=zh,
        owner=owner,
        time_zone="Asia/Shanghai",
        case_url=url,
        segment_names=["branch"],
        as_of=AS_OF,
    )
    for night in range(3):
        started = AS_OF - timedelta(days=2 - night) + timedelta(hours=2)
        tables.add(
            "runs",
            run_id=f"night-{night}",
            process=name,
            as_of=AS_OF - timedelta(days=2 - night),
            started_at=started,
            finished_at=started + timedelta(seconds=41),
            status="done",
            reason="new data in source tickets",
            rows_landed=100 * night,
            rows_quarantined=4,
            cases_touched=20 + night,
            variants_new=night,
        )


def _desk(tables: _Tables, chance: random.Random, count: int) -> None:
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
        cost = (2 if kind and kind[0] == "out_of_order" else 1) if kind else 0
        findings = 0
        if kind:
            findings += 1
            _deviation(tables, case_id, kind, version, element_of.get(kind[1]), moment, open_)
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
            variant_id=_id(variant),
            standard_version=version,
            cycle_seconds=(ended_at - started).total_seconds() if ended_at else None,
            alignment_cost=cost,
            fitness=1 - cost / (len(done) + 7),
            deviation_count=findings,
            is_conformant=None if open_ else kind is None and state == "closed",
            segments=pa.scalar([("branch", branch)], pa.map_(pa.string(), pa.string())),
        )
        if (variant, open_) not in verdicts:
            verdicts.add((variant, open_))
            _verdict(tables, "desk", variant, done, open_, version, kind, element_of, cost)
    _desk_extras(tables)


def _verdict(
    tables: _Tables,
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
        variant_id=_id(variant),
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
        if kind and kind[0] == "skipped" and kind[3] == position:
            step += 1
            _move(tables, process, variant, version, open_, step, "model", kind[1], element_of[kind[1]], None)
        step += 1
        known = activity in element_of and not (
            kind and kind[0] in {"repeated", "unknown_activity"} and kind[3] == position
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
    tables: _Tables,
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
        variant_id=_id(variant),
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
    "unknown_activity": ("'{}' is not part of the standard.", "活动“{}”不在标准之内。"),
}


def _deviation(
    tables: _Tables,
    case_id: str,
    kind: tuple[str, str, str, int],
    version: str,
    element: str | None,
    at: datetime,
    open_: bool,
) -> None:
    en, zh = _SENTENCES[kind[0]]
    tables.add(
        "deviations",
        deviation_id=_id(case_id + kind[0]),
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
        status="open" if open_ else "final",
        first_seen=AS_OF,
        last_seen=AS_OF,
    )


def _late(tables: _Tables, case_id: str, clause: str, excess: float, at: datetime, version: str, open_: bool) -> None:
    activity = "First response" if clause == "first_response" else "Resolve ticket"
    hours = excess / 3600
    tables.add(
        "deviations",
        deviation_id=_id(case_id + clause),
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
    )


def _desk_extras(tables: _Tables) -> None:
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


def _hostile(tables: _Tables, chance: random.Random) -> None:
    tables.add(
        "standards",
        process="hostile",
        standard_version="2026-01-01",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_to=None,
        approved_by=_HOSTILE[0],
        approved_on=date(2026, 1, 1),
        fingerprint="h" * 64,
        flow_bpmn="<not a drawing" + _HOSTILE[0],
        notes=_HOSTILE[1],
        title_en=_HOSTILE[4],
        title_zh=None,
        owner=None,
    )
    for number in range(24):
        case_id = f"{number}/../?a=b&c=\"'<i>{_HOSTILE[number % 4]}"
        start = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=number)
        names = [_HOSTILE[(number + k) % len(_HOSTILE)] for k in range(4)]
        for position, name in enumerate(names, start=1):
            at = start + timedelta(hours=position * chance.randrange(1, 9))
            tables.add(
                "activity_instances",
                process="hostile",
                case_id=case_id,
                instance=position,
                activity=name,
                resource=_HOSTILE[1],
                role=None,
                enabled_at=None,
                started_at=None,
                completed_at=at,
                waiting_seconds=None,
                processing_seconds=None,
                sojourn_seconds=None,
            )
        tables.add(
            "cases",
            process="hostile",
            case_id=case_id,
            state="closed" if number % 3 else "open",
            started_at=start,
            ended_at=start + timedelta(hours=30) if number % 3 else None,
            period="2026-09" if number % 3 else None,
            event_count=4,
            variant_id=_id("|".join(names)),
            standard_version="2026-01-01",
            cycle_seconds=108000.0 if number % 3 else None,
            alignment_cost=None,
            fitness=None,
            deviation_count=1,
            is_conformant=False if number % 3 else None,
            segments=None,
        )
        tables.add(
            "deviations",
            deviation_id=_id(case_id),
            process="hostile",
            case_id=case_id,
            standard_version="2026-01-01",
            clause_id=_HOSTILE[number % 2],
            kind=("late", "unknown_activity", _HOSTILE[4])[number % 3],
            activity=names[0] if number % 4 else None,
            element_id=None,
            occurrence=1,
            position=None,
            occurred_at=None,
            sentence_en=_HOSTILE[number % 6] if number % 5 else None,
            sentence_zh=None,
            owner=_HOSTILE[2],
            severity=None,
            excess_seconds=None,
            resource=_HOSTILE[1],
            status="final",
            first_seen=None,
            last_seen=None,
        )
    tables.add(
        "quarantined_rows",
        process="hostile",
        source=_HOSTILE[0],
        load_id=9,
        row_number=1,
        reason=_HOSTILE[1],
        column_name=_HOSTILE[2],
        value=_HOSTILE[0],
        raw=_HOSTILE[3] * 3,
        replayed_at=None,
    )


def _id(text: str) -> str:
    import hashlib

    return hashlib.md5(text.encode()).hexdigest()


_DERIVED = (Path(__file__).parent / "snapshot_derived.sql").read_text(encoding="utf-8")
