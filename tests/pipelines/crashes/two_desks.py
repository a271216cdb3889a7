"""Two processes over several nights: `alpha` comes whole each night, `beta` in increments with a key.

Beta's nights bring new cases, late events of old ones, corrections, deletions and cases that have grown too old.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from tests.builders.workspaces import (
    STEPS,
    csv_text,
    process_config,
    write_data,
    write_process,
    write_settings,
    write_yaml,
)
from tests.pipelines.crashes.dying_run import Order

NIGHTS = 4
SNAPSHOT = "published/asrun.duckdb"
LANDING = "warehouse/landing.duckdb"
HEADER = ("row", "ticket", "step", "done_at", "agent", "branch", "op")

# what happened, not what is so: each try of a night adds its own
LEDGERS = {"runs", "run_stages", "quality_checks", "publications", "schema_info"}

Facts = dict[str, list[str]]
Row = tuple[str, ...]


def night_of(number: int, *, attempt: int = 0) -> datetime:
    """The instant at which a night begins; later tries of the same night begin some minutes later."""
    return datetime(2026, 3, 2 * number, 2, 0, 0, 1, tzinfo=UTC) + timedelta(minutes=7 * attempt)


def write_desks(folder: Path) -> Path:
    """The workspace without any data."""
    write_settings(folder, 'title = { en = "Two", zh = "二" }\ntime_zone = "UTC"\n[snapshots]\nkeep_days = 2\n')
    write_process(folder, "alpha", config=process_config("alpha", retention={"landed": "3d"}))
    config = process_config("beta", retention={"cases": "4d"})
    config["sources"]["tickets"] |= {
        "files": "data/beta/*.csv",
        "delivery": "increment",
        "key": ["row"],
        "deleted": {"column": "op", "in": ["D"]},
    }
    write_process(folder, "beta", config=config)
    (folder / "data" / "beta.csv").unlink()
    return folder


def bring(folder: Path, number: int) -> None:
    """What lies in the folders in the night of this number."""
    rows = [row for night in range(1, number + 1) for row in _cases("A", night)]
    if number % 2 == 0:
        # a correction of what came before, and a row that is gone
        rows[1] = (*rows[1][:1], "Escalate", *rows[1][2:])
        del rows[6]
    write_data(folder, "alpha", rows)
    write_yaml(folder / "data" / "beta" / f"night{number}.csv", csv_text(_increment(number), header=HEADER))


def _cases(letter: str, night: int) -> list[Row]:
    """The rows of six cases that came with a night: one skips a step, one is still open."""
    first = night_of(night) - timedelta(days=1, hours=17)
    rows: list[Row] = []
    for case in range(6):
        for place, step in enumerate(STEPS):
            if (case == 4 and step == "Examine") or (case == 5 and place > 1):
                continue
            at = first + timedelta(hours=2 * place + (9 if case == 3 and place > 1 else 0), minutes=case)
            rows.append((f"{letter}{night}{case}", step, f"{at:%Y-%m-%d %H:%M:%S}", f"agent {case % 3}", "north"))
    return rows


def _increment(night: int) -> list[Row]:
    rows: list[Row] = [(f"{night}-{n}", *row, "I") for n, row in enumerate(_cases("B", night))]
    if night == 1:
        return rows
    former = _cases("B", night - 1)
    late = f"{night_of(night) - timedelta(hours=9):%Y-%m-%d %H:%M:%S}"
    rows.append((f"{night}-late", former[-1][0], "Resolve", late, "agent 1", "north", "I"))
    rows.append((f"{night - 1}-1", *former[1][:1], "Escalate", *former[1][2:], "I"))
    rows.append((f"{night - 1}-6", *former[6], "D"))
    # the key's last row counts: this one is told twice
    rows.append((f"{night - 1}-2", *former[2][:3], "agent 9", "south", "I"))
    rows.append((f"{night - 1}-2", *former[2][:3], "agent 8", "south", "I"))
    return rows


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended, and what it passed: (process, stage) -> the seconds of each of its points."""

    code: int
    told: str
    seconds: dict[tuple[str, str], list[float]]


class Nights:
    """Runs of the command line, each in a process of its own; a context manager, for one process serves them all."""

    def __enter__(self) -> Nights:
        words = [sys.executable, "-m", "tests.pipelines.crashes.dying_run"]
        self._server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._server.communicate()

    def run(self, order: Order) -> Ran:
        """Run a night as ordered, to its end or its death."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(order.text + "\n")
        self._server.stdin.flush()
        code = int(self._server.stdout.readline())
        counts, log = Path(order.counts), Path(f"{order.counts}.log")
        found: dict[str, list[float]] = json.loads(counts.read_text(encoding="utf-8")) if counts.exists() else {}
        told = log.read_text(encoding="utf-8")
        counts.unlink(missing_ok=True)
        log.unlink()
        seconds = {}
        for name, passed in found.items():
            process, _, stage = name.rpartition(" ")
            seconds[process, stage] = passed
        return Ran(code, told, seconds)


def order_for(folder: Path, number: int, *, attempt: int = 0) -> Order:
    """An undisturbed run of a night."""
    counts = folder.with_name(f"{folder.name}.json")
    return Order(folder=str(folder), clock=night_of(number, attempt=attempt).isoformat(), counts=str(counts))


def facts(folder: Path, number: int, *, file: str = SNAPSHOT, without: frozenset[str] = frozenset()) -> Facts:
    """Every row of every table and view of a store file but ledgers, as text, sorted.

    The instants of later tries of night `number` count as those of its first one. `without`: columns left out.
    """
    told = _same_night(number)
    found: Facts = {}
    with duckdb.connect(str(folder / file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        tables = connection.execute(
            "SELECT schema_name, table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE NOT internal GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        for schema, table, names in tables:
            kept = ", ".join(f'"{name}"::VARCHAR' for name in names if name not in without)
            if table in LEDGERS or not kept or (without and schema != "main"):
                continue
            rows = connection.execute(f'SELECT {kept} FROM "{schema}"."{table}"').fetchall()
            text = "\n".join(sorted("|".join("NULL" if value is None else value for value in row) for row in rows))
            for later, first in told:
                text = text.replace(later, first)
            found[f"{schema}.{table}"] = sorted(text.split("\n"))
    return found


def _same_night(number: int) -> list[tuple[str, str]]:
    pairs = []
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%Y%m%dT%H%M%S.%fZ"):
        first = night_of(number).strftime(form)
        pairs += [(night_of(number, attempt=attempt).strftime(form), first) for attempt in range(1, 6)]
    return pairs


def files(folder: Path) -> list[str]:
    """The names of all files but earlier snapshots, which a second publishing of the same night adds to.

    Nor the hashes that are remembered: whether a file is old enough for that hangs on when it was hashed.
    """
    found = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    left_out = ("published/archive/asrun-", "warehouse/source_hashes.json")
    return sorted(name for name in found if not name.startswith(left_out))


def differences(one: Facts, other: Facts) -> list[str]:
    """Where two sets of facts differ: the table, and a row or two of each side."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        mine, its = one.get(table, ["no such table"]), other.get(table, ["no such table"])
        if mine != its:
            found.append(
                f"{table}: {len(mine)} rows, {len(its)} rows; only here {sorted(set(mine) - set(its))[:3]}; "
                f"only there {sorted(set(its) - set(mine))[:3]}"
            )
    return found
