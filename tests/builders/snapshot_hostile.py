"""A made-up process of which every text is hostile: markup, quotes, formulas, very long names, NULLs."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from tests.builders.snapshot_tables import Tables, id_of

HOSTILE = (
    "<script>window.hacked = true; alert(1)</script>",
    '"><img src=x onerror="window.hacked=true">',
    '=HYPERLINK("http://evil.example/","click") & \'quoted\' {{ 7*7 }} {% raw %}',
    "Very long activity name " + "without any end in sight " * 12 + "x" * 180,
    "</svg></style><style>body{display:none}</style>",
    "right-to-left \u202eevil\u202c and \x07 bell",
)


def add_hostile(tables: Tables, chance: random.Random) -> None:
    tables.add(
        "standards",
        process="hostile",
        standard_version="2026-01-01",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_to=None,
        approved_by=HOSTILE[0],
        approved_on=date(2026, 1, 1),
        fingerprint="h" * 64,
        flow_bpmn="<not a drawing" + HOSTILE[0],
        notes=HOSTILE[1],
        title_en=HOSTILE[4],
        title_zh=None,
        owner=None,
    )
    for number in range(24):
        case_id = f"{number}/../?a=b&c=\"'<i>{HOSTILE[number % 4]}"
        start = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=number)
        names = [HOSTILE[(number + k) % len(HOSTILE)] for k in range(4)]
        for position, name in enumerate(names, start=1):
            at = start + timedelta(hours=position * chance.randrange(1, 9))
            tables.add(
                "activity_instances",
                process="hostile",
                case_id=case_id,
                instance=position,
                activity=name,
                resource=HOSTILE[1],
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
            variant_id=id_of("|".join(names)),
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
            deviation_id=id_of(case_id),
            process="hostile",
            case_id=case_id,
            standard_version="2026-01-01",
            clause_id=HOSTILE[number % 2],
            kind=("late", "unknown_activity", HOSTILE[4])[number % 3],
            activity=names[0] if number % 4 else None,
            element_id=None,
            occurrence=1,
            position=None,
            occurred_at=None,
            sentence_en=HOSTILE[number % 6] if number % 5 else None,
            sentence_zh=None,
            owner=HOSTILE[2],
            severity=None,
            excess_seconds=None,
            resource=HOSTILE[1],
            status="final",
            first_seen=None,
            last_seen=None,
            resolved_at=None,
        )
    tables.add(
        "quarantined_rows",
        process="hostile",
        source=HOSTILE[0],
        load_id=9,
        row_number=1,
        reason=HOSTILE[1],
        column_name=HOSTILE[2],
        value=HOSTILE[0],
        raw=HOSTILE[3] * 3,
        replayed_at=None,
    )
