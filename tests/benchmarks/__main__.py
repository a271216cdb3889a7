"""`make bench`: speed and memory of the night, side by side with the usual way and with the bare database."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.benchmarks.aligning import RACES, measure_race
from tests.benchmarks.comparing import Engine, LogResult, UsualWay, measure_log, measure_usual_way
from tests.benchmarks.logs import LOGS, Log, data_folder, xes_path
from tests.benchmarks.machine import commit, machine
from tests.benchmarks.measuring import ROOT, run_task
from tests.benchmarks.nights import SIZES, measure_nights
from tests.benchmarks.race_tables import print_race, print_races
from tests.benchmarks.tables import NOTE, print_log, print_nights, print_parts, print_steps, print_usual_way

NIGHTS_OF_SMALL_LOGS = 3


def bench(
    output: Annotated[Path | None, typer.Option(help="Write the figures here.", show_default="build/bench/")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A million events instead of ten.")] = False,
    only: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(log.name for log in LOGS)}, alignments, nights, nights-10.")
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Time every SQL step.")] = False,
    memory: Annotated[str, typer.Option(help="What DuckDB may use.")] = "4GB",
    memory_at_scale: Annotated[str, typer.Option(help="What DuckDB may use for nights at scale.")] = "10GB",
    threads: Annotated[int, typer.Option(help="Threads of DuckDB.")] = 2,
) -> None:
    """Measure the night on road_fines and on a replica of it, and aligning beside its peers."""
    console = Console()
    logs = _chosen(quick=quick, only=only)
    sizes = _sizes(only=only, quick=quick)
    races = RACES if only in {None, "alignments"} else ()
    xes = xes_path()
    if xes is None:
        console.print(f"Nothing measured: no road_fines in {data_folder()}; set ASRUN_REAL_DATA to the folder of logs.")
        return
    engine = Engine(memory=memory, threads=threads)
    started = datetime.now(UTC)
    facts = {"commit": commit(), "started_at": started.isoformat(), "machine": machine(), "engine": _plain(engine)}
    console.print(f"commit {facts['commit']}, {facts['machine']}", highlight=False, soft_wrap=True)
    results: list[LogResult] = []
    usual: dict[str, UsualWay] = {}
    with tempfile.TemporaryDirectory(prefix="asrun-bench-", dir=_roomy()) as folder, console.status("") as status:
        work = Path(folder)

        def tell(text: str) -> None:
            status.update(text)

        for log in logs:
            rows = _rows(log, xes, work, tell)
            result = measure_log(
                log,
                source=xes if log.copies == 0 else rows,
                rows=rows,
                work=work,
                engine=engine,
                nights=NIGHTS_OF_SMALL_LOGS if log.copies == 0 and not profile else 1,
                profiled=profile,
                tell=tell,
            )
            results.append(result)
            print_log(console, result)
            if profile:
                print_steps(console, result, 15)
            measured_on = log if log.copies == 0 else next(one for one in LOGS if one.name == "replica_1m")
            if measured_on.name not in usual:
                rows = _rows(measured_on, xes, work, tell)
                source = xes if measured_on.copies == 0 else rows
                usual[measured_on.name] = measure_usual_way(measured_on, source=source, rows=rows, tell=tell)
                print_parts(console, usual[measured_on.name])
            print_usual_way(console, result, usual[measured_on.name])
        nights = []
        roomy = Engine(memory=memory_at_scale, threads=threads)
        for size in sizes:
            rows = _rows(LOGS[0], xes, work, tell)
            nights.append(measure_nights(size, rows=rows, work=work, engine=roomy, tell=tell))
            print_nights(console, nights[-1:])
        raced = []
        for race in races:
            raced.append(measure_race(race, work, tell))
            print_race(console, raced[-1])
    if len(nights) > 1:
        print_nights(console, nights)
    if raced:
        print_races(console, raced)
    if results:
        console.print(NOTE, highlight=False)
    target = output or ROOT / "build" / "bench" / f"{started:%Y-%m-%d}-{facts['commit']}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    facts |= {"logs": [_plain(one) for one in results], "usual_way": [_plain(one) for one in usual.values()]}
    facts |= {"nights": [_plain(one) for one in nights]}
    facts |= {"alignments": [_plain(one) for one in raced]}
    target.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    console.print(f"written to {target}", highlight=False, soft_wrap=True)


def _plain(value: object) -> object:
    from dataclasses import asdict

    return asdict(value)  # type: ignore[call-overload]


def _chosen(*, quick: bool, only: str | None) -> tuple[Log, ...]:
    if only is not None and only.split("-")[0] in {"alignments", "nights"}:
        return ()
    names = [only] if only else ["road_fines", "replica_1m" if quick else "replica_10m"]
    chosen = tuple(log for log in LOGS if log.name in names)
    if len(chosen) != len(names):
        raise typer.BadParameter(
            f"'{only}' is none of {', '.join(log.name for log in LOGS)}, alignments.", param_hint="--only"
        )
    return chosen


def _sizes(*, only: str | None, quick: bool) -> tuple[str, ...]:
    """The sizes of nights to measure, in million events."""
    if only is None:
        return ("1", "10") if quick else tuple(SIZES)
    name, _, size = only.partition("-")
    return () if name != "nights" else (size,) if size in SIZES else tuple(SIZES)


def _roomy() -> Path | None:
    """A folder on disk: /tmp may lie in memory, and a warehouse does not."""
    folder = Path("/var/tmp")
    return folder if folder.is_dir() else None


def _rows(log: Log, xes: Path, work: Path, tell: Callable[[str], None]) -> Path:
    """The log as Parquet, made once."""
    target = work / f"{log.name}.parquet"
    if not target.exists():
        tell(f"{log.label}: making it")
        run_task("make_log", xes=str(xes), target=str(target), name=log.name)
    return target


if __name__ == "__main__":
    typer.run(bench)
