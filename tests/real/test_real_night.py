"""A night over six real logs; every number is held against a count that no line of the product had a part in."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.planning.make_plan import make_plan
from pipelines.workspace.load import load_workspace
from tests.real.logs import entries, raw, repeated_rows, variants
from tests.real.make_oracle import accepting_net, costs, model_hash, read_oracle, variant_hash
from tests.real.published import WORKSPACE, ask, facts, one, snapshot

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]

# cases and rows as the data's own page states them
PUBLISHED_COUNTS = {
    "road_fines": (150_370, 561_470),
    "helpdesk": (4_580, 21_348),
    "bpic2012": (13_087, 262_200),
    "bpic2013_incidents": (7_554, 65_533),
    "bpic2017_w": (30_276, 240_854),
    "callcentre": (33_344, 79_101),
}


def test_every_process_is_done(night: Path) -> None:
    runs = ask(night, "SELECT process, status, as_of FROM runs ORDER BY process")
    assert [(run["process"], run["status"]) for run in runs] == [(name, "done") for name in sorted(PUBLISHED_COUNTS)]
    for run in runs:
        assert run["as_of"] == _last_instant(run["process"]), run["process"]


def _last_instant(process: str) -> object:
    """The latest event of a log, of whatever lifecycle: as_of where the operator names none."""
    if process == "bpic2012":
        stamps = raw(process)["time:timestamp"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us")
        return stamps.max()
    return entries(process)["completed"].max()


def test_a_second_plan_is_empty(night: Path, environ: dict[str, str]) -> None:
    assert make_plan(load_workspace(night), environ=environ).is_empty


def _backward_rows(process: str) -> pl.DataFrame:
    """Intervals that end before they start."""
    rows = raw(process).with_row_index("number", offset=1)
    return rows.filter(pl.col("start_time") > pl.col("end_time")) if "start_time" in rows.columns else rows.head(0)


@pytest.mark.parametrize("process", list(PUBLISHED_COUNTS))
def test_counts_are_those_published_less_what_is_counted(night: Path, process: str) -> None:
    cases, rows = PUBLISHED_COUNTS[process]
    assert raw(process).height == rows
    repeated, backward = repeated_rows(process), _backward_rows(process).height
    assert (repeated, backward) == {"helpdesk": (127, 0), "callcentre": (0, 25)}.get(process, (0, 0))
    used = rows - repeated - backward
    (load,) = ask(
        night,
        f"SELECT rows_read, rows_landed, rows_duplicate, rows_quarantined FROM loads WHERE process = '{process}'",
    )
    assert list(load.values()) == [rows, rows, repeated, backward]
    assert one(night, f"SELECT count(DISTINCT row_number) FROM events WHERE process = '{process}'") == used
    # a row with a start and an end is two events and one instance
    events = 2 * used if process in {"bpic2017_w", "callcentre"} else used
    assert one(night, f"SELECT count(*) FROM events WHERE process = '{process}'") == events
    assert one(night, f"SELECT sum(event_count) FROM cases WHERE process = '{process}'") == events
    instances = entries(process).height
    assert one(night, f"SELECT count(*) FROM activity_instances WHERE process = '{process}'") == instances
    assert instances == used or process == "bpic2012"
    assert one(night, f"SELECT count(*) FROM cases WHERE process = '{process}'") == cases
    assert entries(process)["case"].n_unique() == cases


def test_the_quarantined_rows_are_the_intervals_that_end_before_they_start(night: Path) -> None:
    found = ask(night, "SELECT row_number, reason FROM quarantined_rows WHERE process = 'callcentre' ORDER BY 1")
    assert [row["row_number"] for row in found] == _backward_rows("callcentre")["number"].to_list()
    assert {row["reason"] for row in found} == {"start_after_end"}


@pytest.mark.parametrize("process", list(PUBLISHED_COUNTS))
def test_variants_are_those_of_an_independent_count(night: Path, process: str) -> None:
    found = ask(night, f"SELECT activities, case_count FROM variants WHERE process = '{process}'")
    assert {tuple(row["activities"]): row["case_count"] for row in found} == variants(process)


@pytest.mark.parametrize("process", ["road_fines", "helpdesk"])
def test_every_variant_costs_what_pm4py_says(night: Path, process: str) -> None:
    oracle = read_oracle(process)
    assert oracle["model"] == model_hash(process)
    found = ask(
        night,
        f"""
        SELECT v.activities, j.is_open, j.alignment_cost, j.is_exact
        FROM variant_verdicts AS j JOIN variants AS v USING (process, variant_id) WHERE process = '{process}'
        """,
    )
    closed = {tuple(row["activities"]): row["alignment_cost"] for row in found if not row["is_open"]}
    assert all(row["is_exact"] for row in found)
    assert {variant_hash(word): cost for word, cost in closed.items()} == {
        variant_hash(word): oracle["closed"][variant_hash(word)] for word in closed
    }
    for row in found:
        if row["is_open"]:
            assert row["alignment_cost"] == oracle["open"][variant_hash(row["activities"])]
    # every variant of the log is judged, as closed or as open
    assert {tuple(row["activities"]) for row in found} == set(variants(process))


@pytest.mark.parametrize("process", ["road_fines", "helpdesk"])
def test_a_sample_of_the_oracle_is_what_pm4py_says_today(process: str) -> None:
    words = sorted(variants(process))
    sample = random.Random(process).sample(words, 12)
    oracle = read_oracle(process)["closed"]
    assert costs(sample, accepting_net(process)) == [oracle[variant_hash(word)] for word in sample]


def test_fines_sent_late_are_those_of_polars(night: Path) -> None:
    log = entries("road_fines").with_columns(nth=pl.int_range(pl.len()).over("case"))
    created = (
        log.filter(pl.col("activity") == "Create Fine")
        .group_by("case")
        .agg(pl.col("completed").first().alias("begun"), pl.col("nth").first().alias("begun_nth"))
    )
    sent = (
        log.filter(pl.col("activity") == "Send Fine")
        .join(created, on="case")
        .filter((pl.col("completed") > pl.col("begun")) | (pl.col("nth") > pl.col("begun_nth")))
        .group_by("case")
        .agg(pl.col("completed").min().alias("sent"), pl.col("begun").first())
    )
    late = sent.filter((pl.col("sent") - pl.col("begun")) > pl.duration(days=90)).height
    found = one(
        night,
        """
        SELECT count(*) FROM limit_checks
        WHERE process = 'road_fines' AND clause_id = 'limit:send_fine' AND outcome = 'breached' AND to_at IS NOT NULL
        """,
    )
    assert found == late == 50_036
    # a case that is over without a sending, later than the fine was to be sent, is late as well
    ends = log.group_by("case").agg(pl.col("completed").max().alias("end")).join(created, on="case")
    never = ends.join(sent, on="case", how="anti").filter(pl.col("end") - pl.col("begun") > pl.duration(days=90)).height
    outcomes = ask(
        night,
        """
        SELECT outcome, to_at IS NULL AS never, count(*) AS n FROM limit_checks
        WHERE process = 'road_fines' AND clause_id = 'limit:send_fine' GROUP BY ALL
        """,
    )
    assert {(row["outcome"], row["never"]): row["n"] for row in outcomes} == {
        ("met", False): sent.height - late,
        ("breached", False): late,
        ("breached", True): never,
        ("not_reached", True): 150_370 - sent.height - never,
    }


def test_appeals_that_nobody_made_are_not_late(night: Path) -> None:
    counts = ask(
        night,
        """
        SELECT clause_id, count(*) FILTER (outcome IN ('met', 'breached')) AS appeals,
            count(*) FILTER (outcome = 'breached') AS late
        FROM limit_checks
        WHERE process = 'road_fines' AND clause_id <> 'limit:send_fine' GROUP BY ALL
        """,
    )
    log = entries("road_fines").with_columns(nth=pl.int_range(pl.len()).over("case"))
    notified = (
        log.filter(pl.col("activity") == "Insert Fine Notification")
        .group_by("case")
        .agg(pl.col("nth").first().alias("at"), pl.col("completed").first().alias("begun"))
    )
    for clause, activity in (
        ("limit:appeal_to_prefecture", "Insert Date Appeal to Prefecture"),
        ("limit:appeal_to_judge", "Appeal to Judge"),
    ):
        made = log.filter(pl.col("activity") == activity).join(notified, on="case").filter(pl.col("nth") > pl.col("at"))
        first = made.group_by("case").agg((pl.col("completed") - pl.col("begun")).min().alias("took"))
        late = first.filter(pl.col("took") > pl.duration(days=60)).height
        (row,) = [row for row in counts if row["clause_id"] == clause]
        assert (row["appeals"], row["late"]) == (first.height, late)


def _ends(process: str) -> pl.DataFrame:
    """Case, begin and end by the rules of process.yaml, cases that have not ended left out."""
    log = entries(process).with_columns(nth=pl.int_range(pl.len()).over("case"))
    begins = log.group_by("case").agg(
        pl.min_horizontal("started", "completed").min().alias("begin") if "started" in log.columns
        else pl.col("completed").min().alias("begin")
    )  # fmt: skip
    last, reopening = {
        "helpdesk": (["Closed"], ["Take in charge ticket"]),
        "bpic2012": (["A_DECLINED", "A_CANCELLED", "A_ACTIVATED"], []),
        "bpic2013_incidents": (
            ["Completed - Closed", "Completed - In Call", "Completed - Cancelled"],
            ["Accepted - In Progress", "Queued - Awaiting Assignment"],
        ),
    }.get(process, (log["activity"].unique().to_list(), []))
    reopened = (
        log.filter(pl.col("activity").is_in(reopening)).group_by("case").agg(pl.col("nth").max().alias("reopened"))
    )
    ends = (
        log.filter(pl.col("activity").is_in(last))
        .join(reopened, on="case", how="left")
        .filter(pl.col("nth") > pl.col("reopened").fill_null(-1))
        .group_by("case")
        .agg(pl.col("completed").max().alias("end"))
    )
    return begins.join(ends, on="case")


@pytest.mark.parametrize("process", list(PUBLISHED_COUNTS))
def test_cycle_times_are_those_of_polars(night: Path, process: str) -> None:
    spans = _ends(process).select((pl.col("end") - pl.col("begin")).dt.total_microseconds().sort().alias("us"))["us"]
    (found,) = ask(
        night,
        f"""
        SELECT count(*) AS closed, CAST(sum(round(cycle_seconds * 1e6)) AS BIGINT) AS total_us FROM cases
        WHERE process = '{process}' AND state = 'closed'
        """,
    )
    assert found == {"closed": len(spans), "total_us": spans.sum()}
    figures = ask(
        night,
        f"""
        SELECT figure, value FROM headlines
        WHERE process = '{process}' AND period = 'all' AND figure IN ('cycle_p50_seconds', 'cycle_p90_seconds')
        ORDER BY figure
        """,
    )
    # the smallest cycle time that at least half (nine tenths) of the cases do not exceed
    ranks = [-(-len(spans) // 2), -(-len(spans) * 9 // 10)]
    assert [row["value"] for row in figures] == pytest.approx([spans[rank - 1] / 1e6 for rank in ranks], abs=1.0)


def test_true_queue_time_of_the_call_centre(night: Path) -> None:
    queue = entries("callcentre").filter(pl.col("activity") == "Queue")
    total = (queue["completed"] - queue["started"]).dt.total_seconds().sum()
    (found,) = ask(
        night,
        """
        SELECT instances, total_seconds, mean_seconds FROM hotspots
        WHERE process = 'callcentre' AND period = 'all' AND segment = 'all' AND kind = 'activity' AND place = 'Queue'
            AND measure = 'processing'
        """,
    )
    assert found == {
        "instances": queue.height,
        "total_seconds": float(total),
        "mean_seconds": pytest.approx(total / queue.height),
    }
    # the source states each duration as well
    assert total == raw("callcentre").filter(pl.col("activity") == "Queue")["dur_s"].sum()


def test_the_fines_cost_what_the_order_of_the_file_makes_them_cost(night: Path) -> None:
    """Ties by name cost 9,682, ties by chance about 12,000: the order of the rows must have come through."""
    assert one(night, "SELECT sum(alignment_cost) FROM cases WHERE process = 'road_fines'") == 3_896


def test_explain_tells_a_fine_rightly(night: Path) -> None:
    """The timeline is the log's own, in its order, and the cost is pm4py's."""
    from pipelines.explain import explain_case

    story = explain_case(snapshot(night), "road_fines", "A100")
    own = entries("road_fines").filter(pl.col("case") == "A100")
    told = [line.activity for line in story.lines if line.position is not None]
    assert told == own["activity"].to_list()
    cost = read_oracle("road_fines")["closed"][variant_hash(own["activity"].to_list())]
    assert story.case.alignment_cost == cost


def test_the_same_night_in_another_process_gives_the_same_facts(
    night: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    """Another hash seed, another number of threads, another load number, other processes beside it or none."""
    found = [facts(night, process="helpdesk")]
    for seed, threads in (("1", 1), ("77", 2)):
        folder = tmp_path / seed
        shutil.copytree(WORKSPACE, folder)
        for other in (folder / "processes").iterdir():
            if other.name != "helpdesk":
                shutil.rmtree(other)
        settings = folder / "asrun.toml"
        text = settings.read_text(encoding="utf-8")
        assert "threads = 2" in text
        settings.write_text(text.replace("threads = 2", f"threads = {threads}"), encoding="utf-8")
        done = subprocess.run(
            [Path(sys.executable).parent / "asrun", "run", "--direct"],
            cwd=folder,
            env={**os.environ, **environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found.append(facts(folder, process="helpdesk"))
    assert len(found[0]["cases"]) == 4_580
    assert len(found[0]["hotspots"]) > 1_000
    for other in found[1:]:
        assert [name for name in found[0] if found[0][name] != other[name]] == []


def test_queueing_is_not_told_again_as_waiting_for_service(night: Path) -> None:
    """Most calls are answered a second or two before the recorded end of their queue (counted with polars)."""
    answered = ask(
        night,
        """
        WITH pairs AS (
            SELECT s.enabled_at, s.started_at, q.started_at AS queued_at, q.completed_at AS left_at
            FROM activity_instances AS s
            JOIN activity_instances AS q USING (process, case_id)
            WHERE process = 'callcentre' AND s.activity = 'Service' AND q.activity = 'Queue'
                AND epoch(q.completed_at) - epoch(s.started_at) BETWEEN 1 AND 2 AND s.completed_at > q.completed_at
        )
        SELECT count(*) AS calls,
            sum(greatest(0, epoch(least(started_at, left_at)) - epoch(greatest(enabled_at, queued_at)))) AS told_twice
        FROM pairs
        """,
    )[0]
    assert answered["calls"] > 10_000
    assert answered["told_twice"] == 0
