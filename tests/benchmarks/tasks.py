"""What is measured: `python -m tests.benchmarks.tasks NAME OPTIONS`, one task a process, its answer as JSON.

Libraries are imported before the clock starts: the night pays for them once.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import aligning_tasks
from tests.benchmarks.measuring import Stopwatch, peak_bytes

Told = dict[str, Any]


def make_log(watch: Stopwatch, *, xes: str, target: str, name: str) -> Told:
    from tests.benchmarks.logs import LOGS, write_parquet

    (log,) = (log for log in LOGS if log.name == name)
    with watch.running():
        write_parquet(Path(xes), Path(target), log)
    return {"bytes": Path(target).stat().st_size}


def stage(watch: Stopwatch, *, workspace: str, root: str, name: str, profiled: bool = False) -> Told:
    """One stage of the night, as `asrun run --direct` does it, its ledger included."""
    from pipelines.planning.execute import ProcessResult, record_process, run_stage
    from pipelines.planning.make_plan import make_plan
    from pipelines.planning.night import new_night
    from pipelines.workspace.load import load_workspace
    from tests.benchmarks.profiling import profile
    from tests.builders.night import SilentObserver

    loaded = load_workspace(Path(workspace))
    plan = make_plan(loaded, environ={"ASRUN_ROOT_LOG": root})
    (chosen,) = (stage for stage in plan.stages if stage.name == name)
    night = new_night(loaded, as_of=None, clock=lambda: datetime.now(UTC))
    steps = profile() if profiled else None
    with watch.running():
        result = run_stage(night, chosen, observer=SilentObserver())
        if name == "hotspots":
            # the last stage of a process: without its entry in the ledger, publishing would take it for half-way
            done = ProcessResult(chosen.process, (result,))
            assert not record_process(night, done, stages=(chosen,), finished_at=datetime.now(UTC))
    told: Told = {"rows": result.outcome.rows, "note": result.outcome.note}
    if steps is not None:
        told["steps"] = steps.as_rows()
    return told


def make_nights(watch: Stopwatch, *, rows: str, folder: str, copies: int, one_in: int, memory: str) -> Told:
    """A replica ordered by time, and two files with one more payment for one case in `one_in` each.

    In `spread.parquet` those cases lie anywhere, in `latest.parquet` they are those with the latest events.
    """
    import duckdb

    from tests.benchmarks.logs import SHIFT_DAYS

    first = Path(folder) / "first.parquet"
    chosen = {
        "spread": f"SELECT * FROM paid WHERE hash(case_id) % {one_in} = 7",
        "latest": f"SELECT * FROM paid ORDER BY at_ DESC, case_id LIMIT (SELECT count(*) // {one_in} FROM paid)",
    }
    config: dict[str, Any] = {"memory_limit": memory, "temp_directory": str(Path(folder) / "spill")}
    with watch.running(), duckdb.connect(":memory:", config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        replica = f"""
            SELECT c.copy || '-' || case_id AS case_id, activity,
                completed_at + to_days(c.copy * {SHIFT_DAYS}) AS completed_at, resource
            FROM read_parquet('{rows}') CROSS JOIN (SELECT unnest(range({copies}))::INTEGER AS copy) AS c
        """
        options = "FORMAT parquet, ROW_GROUP_SIZE 122880"
        connection.execute(f"COPY ({replica} ORDER BY completed_at, case_id) TO '{first}' ({options})")
        connection.execute(
            "CREATE TEMP TABLE paid AS SELECT case_id, max(completed_at) + to_hours(1) AS at_ "
            f"FROM read_parquet('{first}') GROUP BY case_id"
        )
        for name, cases in chosen.items():
            connection.execute(
                f"""
                COPY (
                    SELECT case_id, 'Payment' AS activity, at_ AS completed_at, NULL::VARCHAR AS resource
                    FROM ({cases}) ORDER BY at_, case_id
                ) TO '{Path(folder) / name}.parquet' ({options})
                """
            )
    return {"bytes": first.stat().st_size}


def touch_memory(watch: Stopwatch, *, memory: str) -> Told:
    """Write to as much memory as a task may use, once: a virtual machine is given it page by page at first touch."""
    import numpy as np

    size = int(float(memory.upper().removesuffix("GB")) * 1e9)
    with watch.running():
        pages = np.empty(size, dtype=np.uint8)
        pages[::4096] = 1
    return {"bytes": pages.nbytes}


def night(watch: Stopwatch, *, workspace: str, root: str) -> Told:
    """A whole night, as `asrun run --direct` does it; its stages, and what lies on disk afterwards."""
    import os

    from pipelines.planning.alone import alone
    from pipelines.planning.execute import execute
    from pipelines.planning.make_plan import make_plan
    from pipelines.planning.night import new_night
    from pipelines.workspace.load import load_workspace
    from tests.builders.night import SilentObserver

    os.environ["ASRUN_ROOT_LOG"] = root
    loaded = load_workspace(Path(workspace))
    with watch.running(), alone(loaded):
        plan = make_plan(loaded, environ=os.environ)
        night_of = new_night(loaded, as_of=None, clock=lambda: datetime.now(UTC))
        result = execute(plan, night_of, observer=SilentObserver(), clock=lambda: datetime.now(UTC))
    assert not result.has_failed, [process.problems for process in result.processes]
    done = [stage for process in result.processes for stage in process.done]
    sizes = [
        path.stat().st_size for name in ("warehouse", "published") for path in Path(workspace, name).rglob("*.duckdb")
    ]
    return {
        "stages": {stage.stage.name: stage.seconds for stage in done},
        "notes": {stage.stage.name: stage.outcome.note for stage in done},
        "bytes": sum(sizes),
    }


def plan(watch: Stopwatch, *, workspace: str, root: str) -> Told:
    """What the plan costs: mostly the hash of the source files."""
    from pipelines.planning.make_plan import make_plan
    from pipelines.workspace.load import load_workspace

    with watch.running():
        made = make_plan(load_workspace(Path(workspace)), environ={"ASRUN_ROOT_LOG": root})
    return {"stages": [stage.name for stage in made.stages]}


def bare_scan(watch: Stopwatch, *, log: str, threads: int, memory: str) -> Told:
    """Read every value of the file once."""
    import duckdb

    with duckdb.connect(":memory:", config={"threads": threads, "memory_limit": memory}) as connection, watch.running():
        row = connection.execute(
            "SELECT count(*), max(case_id), max(activity), max(completed_at)::VARCHAR, max(resource) "
            "FROM read_parquet($log)",
            {"log": log},
        ).fetchone()
    return {"rows": row[0] if row else 0}


def bare_sort(watch: Stopwatch, *, log: str, folder: str, threads: int, memory: str) -> Told:
    """The least that an event log needs: its rows by case and instant in a table on disk."""
    import duckdb

    path = Path(folder) / "bare_sort.duckdb"
    config: dict[str, Any] = {"threads": threads, "memory_limit": memory, "temp_directory": str(Path(folder) / "spill")}
    with watch.running():
        connection = duckdb.connect(str(path), config=config)
        connection.execute(
            "CREATE TABLE sorted AS SELECT * FROM read_parquet($log) ORDER BY case_id, completed_at", {"log": log}
        )
        connection.close()
    size = path.stat().st_size
    path.unlink()
    return {"bytes": size}


def pm4py_on_pandas(watch: Stopwatch, *, log: str) -> Told:
    """The usual way: read and format, variants, both directly-follows graphs, cycle times. Each timed."""
    import pandas as pd
    import pm4py

    warnings.simplefilter("ignore")
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        part = Stopwatch()
        with watch.running(), part.running():
            result = work()
        seconds[name] = part.seconds
        return result

    def read() -> Any:
        if not log.endswith(".parquet"):
            return pm4py.read_xes(log)
        return pm4py.format_dataframe(
            pd.read_parquet(log), case_id="case_id", activity_key="activity", timestamp_key="completed_at"
        )

    frame = timed("read and format", read)
    variants = timed("variants", lambda: pm4py.get_variants(frame))
    timed("directly-follows graph", lambda: pm4py.discover_dfg(frame))
    timed("performance directly-follows graph", lambda: pm4py.discover_performance_dfg(frame))
    timed("cycle times", lambda: pm4py.get_all_case_durations(frame))
    return {"events": len(frame), "variants": len(variants), "parts": seconds}


def pm4py_alignments(watch: Stopwatch, *, log: str, flow: str) -> Told:
    """Each variant of the log aligned once, with the Dijkstra that needs less memory."""
    import pandas as pd
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm

    warnings.simplefilter("ignore")
    words = _words(log)
    net, initial, final = pm4py.read_pnml(flow)
    start = pd.Timestamp("2020-01-01")
    frame = pd.DataFrame(
        [
            (str(number), activity, start + pd.Timedelta(seconds=place))
            for number, word in enumerate(words)
            for place, activity in enumerate(word)
        ],
        columns=["case:concept:name", "concept:name", "time:timestamp"],
    )
    with watch.running():
        found = algorithm.apply(frame, net, initial, final, variant=algorithm.Variants.VERSION_DIJKSTRA_LESS_MEMORY)
    return {"variants": len(words), "cost": sum(one["cost"] // 10_000 for one in found)}


def alignments(watch: Stopwatch, *, log: str, flow: str) -> Told:
    """The same variants aligned by the core alone, without the store around it."""
    from mining.alignment import align
    from mining.events import variant_log_of
    from mining.standard import match_activities, standard_from_pnml

    words = variant_log_of(_words(log))
    with watch.running():
        standard = standard_from_pnml(Path(flow).read_bytes(), source=flow)
        found = align(words, standard, match_activities(standard, words.activities, mapping={}), is_open=False)
    return {"variants": len(words), "cost": sum(found.verdicts_table().column("alignment_cost").to_pylist())}


def _words(log: str) -> list[tuple[str, ...]]:
    """The activity sequences of a log, each once, in order."""
    import pandas as pd

    rows = pd.read_parquet(log, columns=["case_id", "activity", "completed_at"])
    rows = rows.sort_values(["case_id", "completed_at"], kind="stable")
    return sorted(set(rows.groupby("case_id", sort=False)["activity"].agg(tuple)))


TASKS: dict[str, Callable[..., Told]] = {
    task.__name__: task
    for task in (
        make_log,
        stage,
        make_nights,
        touch_memory,
        night,
        plan,
        bare_scan,
        bare_sort,
        pm4py_on_pandas,
        pm4py_alignments,
        alignments,
        aligning_tasks.align_all,
        aligning_tasks.align_second_night,
        aligning_tasks.align_by_r4pm,
        aligning_tasks.align_by_pm4py,
        aligning_tasks.precision,
        aligning_tasks.precision_by_pm4py,
    )
}


def main() -> None:
    name, options = sys.argv[1:]
    watch = Stopwatch()
    told = TASKS[name](watch, **json.loads(options))
    print()
    print(json.dumps({"seconds": watch.seconds, "peak_bytes": peak_bytes(), "told": told}))


if __name__ == "__main__":
    main()
