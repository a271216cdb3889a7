"""A log dealt out over random nights: late and back-dated rows, corrections, deletions, loads that go and come back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from mining.hotspots.rank import rank_hotspots
from tests.builders.events import (
    LOADED_AT,
    Row,
    a_limit,
    a_process,
    a_standard,
    events_source,
    instant_attribute,
    land_rows,
    settings_in,
    text_attribute,
)
from tests.warehouse.published import SENTENCES, query
from warehouse.errors import WarehouseError
from warehouse.hotspots.collect import collect_durations, write_hotspots
from warehouse.judge.spread import spread_verdicts, variants_to_judge
from warehouse.judge.standards import publish_standards
from warehouse.judge.verdict import FINDING_COLUMNS, MOVE_COLUMNS, VERDICT_COLUMNS
from warehouse.landing.loads import known_loads, set_current, source_number
from warehouse.log.shape import shape
from warehouse.reading.statements import preparation
from warehouse.specification import CaseSpec, FilterSpec, InstantSpec, LimitSpec, ProcessSpec
from warehouse.sql_step import composed_step
from warehouse.store import Store

BASE = datetime(2026, 1, 29, 8, tzinfo=UTC)
KEYS = {"2026-01-01": "one", "2026-02-01": "two"}
STANDARDS = (a_standard("2026-01-01", until=datetime(2026, 2, 1, tzinfo=UTC)), a_standard("2026-02-01"))
LIMITS: tuple[LimitSpec, ...] = tuple(
    limit
    for version in KEYS
    for limit in (
        a_limit("whole", version=version, within=86_400.0 * 3),
        a_limit(
            "step", version=version, within=7_200.0, from_activities=("A",), to_activities=("B", "C"), from_which="each"
        ),
        a_limit("last", version=version, within=40 * 86_400.0, from_activities=("B",), from_which="last"),
    )
)

# what the report reads of the counts
COUNTED = (
    "group_figures",
    "group_periods",
    "group_examples",
    "element_findings",
    "element_sojourns",
    "status_figures",
)

# what is no fact: who ran what when, and when a finding was first or last seen
LEDGERS = frozenset({"runs", "run_stages", "schema_info", "stage_states", "deviation_sightings", "process_catalogue"})


@dataclass
class Source:
    """What a source holds at an instant; rows by key."""

    process: ProcessSpec
    chance: random.Random
    rows: dict[str, Row] = field(default_factory=dict)
    made: int = 0

    def event(self) -> Row:
        """A new row, or a new content for a row that is there, or the word that one is gone."""
        pick = self.chance.random
        if self.rows and pick() < 0.25:
            row = dict(self.chance.choice(list(self.rows.values())))
            if pick() < 0.35:
                return self._put(row | {"op": "D"})
            change = self.chance.choice(("case", "activity", "done", "branch", "op"))
            return self._put(row | {change: self._fresh()[change]})
        return self._put(self._fresh())

    def _put(self, row: Row) -> Row:
        self.rows[str(row["id"])] = row
        return row

    def _fresh(self) -> dict[str, str | None]:
        chance = self.chance
        self.made += 1
        at = BASE + timedelta(minutes=10 * chance.randrange(700), days=chance.choice((0, 0, 0, 20, 45)))
        began = at - timedelta(minutes=chance.choice((0, 5, 30, 200)))
        return {
            "id": f"r{self.made}",
            "case": chance.choice((*(f"c{n}" for n in range(9)), "c1", "c2", None)),
            "activity": chance.choice(("A", "A", "B", "C", "noise", "Z", None)),
            "done": chance.choice((f"{at:%Y-%m-%d %H:%M:%S}",) * 14 + ("no date", None)),
            "begun": chance.choice((f"{began:%Y-%m-%d %H:%M:%S}", None)),
            "transition": chance.choice(("complete", "complete", "start")),
            "agent": chance.choice(("ann", "bob", None)),
            "team": chance.choice(("x", "y", None)),
            "branch": chance.choice(("north", "south", None)),
            "closing": f"{BASE + timedelta(days=chance.randrange(60)):%Y-%m-%d %H:%M:%S}"
            if chance.random() < 0.4
            else None,
            "op": chance.choice(("I", "I", "I", "X")),
        }


def random_process(chance: random.Random) -> ProcessSpec:
    """One of the ways in which a process may map its sources and bound its cases."""
    keyed = chance.random() < 0.7
    attributes = (
        text_attribute("branch"),
        replace(instant_attribute("closing"), name="closing"),
        text_attribute("agent", of="event"),
    )
    source = events_source(
        delivery="increment",
        key=(("id",) if chance.random() < 0.7 else ("id", "case")) if keyed else (),
        deleted=FilterSpec("op", "in", ("D",)) if keyed else None,
        filters=(FilterSpec("op", "not_in", ("X",)),) if chance.random() < 0.5 else (),
        keep_duplicates=not keyed and chance.random() < 0.5,
        started=InstantSpec("begun", None, "UTC") if chance.random() < 0.4 else None,
        lifecycle="transition" if chance.random() < 0.3 else None,
        completed=InstantSpec("done", None, "UTC"),
        attributes=attributes,
    )
    case = CaseSpec(
        start_activities=chance.choice(((), (), ("A",))),
        end_activities=("Z",),
        reopened_by=chance.choice(((), ("B",))),
        measured_from=chance.choice(((), ("B",))),
        measured_to=chance.choice(((), ("C",))),
        idle_seconds=chance.choice((None, 5 * 86_400.0)),
        observed_from=chance.choice((None, (BASE + timedelta(days=1)).date())),
    )
    if chance.random() < 0.3:
        case = replace(case, end_activities=(), end_attribute="closing")
    elif chance.random() < 0.2:
        case = replace(case, end_activities=(), ends_with_last_event=True)
    tables = events_source(
        "tables", kind="cases", delivery="increment", key=("id",), completed=None, activity=(), resource=None,
        role=None,
        attributes=(text_attribute("branch"),),
    )  # fmt: skip
    sources = (source, tables) if chance.random() < 0.4 else (source,)
    return a_process(
        *sources,
        case=case,
        segments=chance.choice(((), ("branch",))),
        ignored=chance.choice(((), ("noise",))),
        time_zone=chance.choice(("UTC", "Asia/Shanghai", "America/New_York")),
    )


def land_night(store: Store, process: ProcessSpec, source: Source, chance: random.Random) -> None:
    """What one night brings, in random order; now and then a load goes, comes back, or has rows held and let go."""
    rows = [source.event() for _ in range(chance.randrange(0, 14))]
    if rows and chance.random() < 0.3:
        rows += chance.choices(rows, k=2)
    chance.shuffle(rows)
    if rows:
        land_rows(store, "desk", "events", rows, key=process.sources[0].key)
    if len(process.sources) > 1 and chance.random() < 0.6:
        cases = [
            {"id": f"k{n}", "case": f"c{chance.randrange(9)}", "branch": chance.choice(("east", None))}
            for n in chance.sample(range(9), 3)
        ]
        land_rows(store, "desk", "tables", cases, key=("id",))
    loads = known_loads(store, process="desk", source="events")
    if loads and chance.random() < 0.25:
        wanted = [load for load in loads if load.is_current != (chance.random() < 0.2)] or list(loads)
        contents = [(load.content_hash, load.reading) for load in wanted]
        set_current(store, process="desk", source="events", contents=contents, delivery="full")
    if loads and chance.random() < 0.25:
        _hold_and_let_go(store, chance)


def _hold_and_let_go(store: Store, chance: random.Random) -> None:
    """A gate holds a row that was just landed (before it was shaped); an older one is let go by name of its case."""
    # the case table may have been landed first
    events = f"rows_{source_number(store, process='desk', source='events')}"
    with store.transaction("landing"):
        run = store.run_step
        run(composed_step("test/next", "UPDATE schema_info SET generation = generation + 1"))
        run(
            composed_step(
                "test/let_go",
                f"""
                INSERT INTO row_changes
                SELECT (SELECT generation FROM schema_info), 'desk', coalesce(nullif(trim(r.c1), ''), '')
                FROM held_rows AS h JOIN {events} AS r USING (load_id, row_number) WHERE h.replayed_at IS NULL
                """,
            )
        )
        run(composed_step("test/replayed", "UPDATE held_rows SET replayed_at = held_at WHERE replayed_at IS NULL"))
        run(
            composed_step(
                "test/hold",
                f"""
                INSERT INTO held_rows (load_id, row_number, reason, column_name, value, run_id, held_at, replayed_at)
                SELECT load_id, row_number, 'future', 'done', c3, 'run', $at, NULL FROM {events}
                WHERE load_id = (SELECT max(load_id) FROM {events}) AND row_number <= $most
                """,
            ),
            {"at": LOADED_AT, "most": chance.randrange(3)},
        )
        run(
            composed_step(
                "test/held",
                f"""
                INSERT INTO row_changes
                SELECT (SELECT generation FROM schema_info), 'desk', coalesce(nullif(trim(r.c1), ''), '')
                FROM held_rows AS h JOIN {events} AS r USING (load_id, row_number) WHERE h.replayed_at IS NULL
                """,
            )
        )


def derive(
    store: Store, process: ProcessSpec, as_of: datetime | None, *, anew: bool, limits: Sequence[LimitSpec] = LIMITS
) -> datetime:
    """The derived stages of a night, as the stages of pipelines call them; the instant."""
    small = {"events_of_a_range": 11} if anew else {}
    result = shape(store, process, as_of=as_of, anew=anew, **small)
    publish_standards(store, "desk", standards=STANDARDS, clauses=[])
    variants = variants_to_judge(store, "desk", keys={} if anew else KEYS)
    verdicts, moves, findings = judged(variants)
    spread_verdicts(
        store, "desk", as_of=result.as_of, keys=KEYS, verdicts=verdicts, moves=moves, findings=findings, limits=limits,
        sentences=SENTENCES, anew=anew, cases_of_a_range=3 if anew else 1000,
    )  # fmt: skip
    counts = collect_durations(store, process)
    ranked = rank_hotspots(counts.groups, counts.by_period, counts.overall, counts.excess)
    write_hotspots(store, process, hotspots=ranked, as_of=result.as_of)
    return result.as_of


def judged(variants: pa.Table) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Made-up verdicts that depend on the variant alone: a finding for each C, and for an A that is missing."""
    verdicts, moves, findings = [], [], []
    for row in variants.to_pylist():
        about = {name: row[name] for name in ("variant_id", "standard_version", "is_open")}
        names = row["activities"]
        found = [("inserted", "C", place) for place, name in enumerate(names, 1) if name == "C"]
        found += [] if "A" in names or row["is_open"] else [("skipped", "A", None)]
        bounds = {"alignment_cost": len(found), "cost_lower": len(found), "cost_upper": len(found), "is_exact": True}
        verdicts.append(about | bounds | {"fitness": 1 / (1 + len(found))})
        moves.append(about | {"step": 1, "move": "log", "activity": "C", "element_id": None, "position": 1})
        moves += [
            about | {"step": 1 + place, "move": "synchronous", "activity": name, "position": place}
            | {"element_id": _element(name, place, len(names))}
            for place, name in enumerate(names, 1) if name != "C"
        ]  # fmt: skip
        findings += [
            about
            | {"clause_id": "flow", "kind": kind, "activity": activity, "occurrence": number}
            | {"element_id": None if number > 2 else f"after {len(names) % 3}"}
            | {"position": position, "expected": "", "observed": "", "message_key": "k", "message_args": "{}"}
            | {"sentence_en": f"{kind} in {len(names)}", "sentence_zh": "s", "owner": "o"}
            | {"severity": ("low", "high", None)[len(names) % 3]}
            for number, (kind, activity, position) in enumerate(found, 1)
        ]
    return (
        pa.Table.from_pylist(verdicts, schema=VERDICT_COLUMNS),
        pa.Table.from_pylist(moves, schema=MOVE_COLUMNS),
        pa.Table.from_pylist(findings, schema=FINDING_COLUMNS),
    )


def _element(activity: str, place: int, length: int) -> str:
    """The element of an instance: by its place, or shared with other activities in traces of some lengths."""
    if activity == "A":
        return "even" if place % 2 == 0 else "odd"
    return "rare" if length in {3, 7} else activity.lower()


def compare_counts(store: Store) -> None:
    """What the report reads of the counts is what a plain grouping of findings and instances gives."""
    store.use("mart")
    for name in COUNTED:
        counted, plain = (
            sorted(map(repr, query(store, preparation(name, layout).replace(f"CREATE TEMP TABLE {name} AS", ""))))
            for layout in (None, 11)
        )
        assert counted == plain, name


def facts(store: Store) -> dict[str, list[str]]:
    """The published rows, values exact, in an order of their own; the ledgers left out."""
    names = query(
        store,
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'mart' AND table_schema = 'main' "
        "ORDER BY 1",
    )
    found = {}
    for (name,) in names:
        if name in LEDGERS:
            continue
        columns, where = "*", ""
        if name == "deviations":
            columns, where = "* EXCLUDE (first_seen, last_seen, resolved_at)", "WHERE status <> 'resolved'"
        if name == "deviation_totals":
            where = "WHERE status <> 'resolved'"
        found[name] = sorted(map(repr, query(store, f'SELECT {columns} FROM mart.main."{name}" {where}')))
    return found


def run_round(folder: Path, seed: int) -> int:
    """One round: random nights, then the same from the landed rows alone. How many nights could be derived."""
    chance = random.Random(seed)
    process = random_process(chance)
    source = Source(process, chance)
    nights = 0
    incremental: dict[str, list[str]] | None = None
    instant: datetime | None = None
    with Store(settings_in(folder)) as store:
        for _ in range(chance.randrange(3, 8)):
            land_night(store, process, source, chance)
            as_of = None
            if chance.random() < 0.4:
                as_of = BASE + timedelta(days=chance.randrange(1, 70), hours=chance.randrange(24))
            try:
                instant = derive(store, process, as_of, anew=False)
            except WarehouseError as error:
                # nothing usable yet: told, and nothing kept
                assert "no row" in str(error) or "no event" in str(error) or "mapping names" in str(error)  # noqa: PT017
                continue
            nights += 1
            compare_counts(store)
            incremental = facts(store)
            again = derive(store, process, as_of, anew=False)
            assert again == instant
            assert facts(store) == incremental, (seed, nights, "the same night twice")
    if incremental is None or instant is None:
        return 0
    with Store(settings_in(folder)) as store:
        derive(store, process, instant, anew=True)
        compare(incremental, facts(store), seed)
    settings_in(folder).mart.unlink()
    with Store(settings_in(folder)) as store:
        derive(store, process, instant, anew=True)
        compare(incremental, facts(store), seed)
    return nights


def compare(one: dict[str, list[str]], other: dict[str, list[str]], seed: int) -> None:
    assert one.keys() == other.keys()
    for name, rows in one.items():
        gone = [row for row in rows if row not in set(other[name])][:3]
        new = [row for row in other[name] if row not in set(rows)][:3]
        assert rows == other[name], (seed, name, "only by nights:", gone, "only from whole:", new)
