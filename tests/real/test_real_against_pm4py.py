"""The night over six real logs against pm4py: maps, ends and costs."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.real.logs import entries, variants
from tests.real.make_oracle import costs
from tests.real.published import WORKSPACE, ask

os.environ.setdefault("PM4PY_SHOW_PROGRESS_BAR", "False")
pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]

PROCESSES = ("road_fines", "helpdesk", "bpic2012", "bpic2013_incidents", "bpic2017_w", "callcentre")

# Drawings besides those whose every variant is compared in test_real_night, with what their standard.yaml renames
# (many kinds of waiting are one step) and leaves out of account.
DRAWN = {
    "bpic2012": "2011-09-01",
    "bpic2013_incidents": "2010-03-01",
    "bpic2017_w": "2016-01-01",
    "callcentre": "1999-01-01",
}
IGNORED = {"W_Personal Loan collection"}
SAMPLE = 60


def _step(activity: str) -> str:
    return "Accepted - Wait" if activity.startswith("Accepted - Wait - ") else activity


@pytest.mark.parametrize("process", PROCESSES)
def test_the_directly_follows_map_is_that_of_pm4py(night: Path, process: str) -> None:
    import pm4py

    frame = entries(process).select("case", "activity", "completed", "row").to_pandas()
    log = pm4py.format_dataframe(frame, case_id="case", activity_key="activity", timestamp_key="completed")
    log = log.sort_values(["case:concept:name", "time:timestamp", "row"], kind="stable")
    pairs, starts, ends = pm4py.discover_dfg(log)
    found = {
        (row["source"], row["target"]): row["instances"]
        for row in ask(night, f"SELECT source, target, instances FROM directly_follows WHERE process = '{process}'")
    }
    expected = {(a, b): n for (a, b), n in pairs.items()}
    expected |= {(None, a): n for a, n in starts.items()} | {(a, None): n for a, n in ends.items()}
    assert found == expected


@pytest.mark.parametrize("process", sorted(DRAWN))
def test_a_sample_of_variants_costs_what_pm4py_says(night: Path, process: str) -> None:
    """The drawing is read by pm4py itself: it has only tasks, exclusive and parallel gateways."""
    import pm4py

    flow = WORKSPACE / "processes" / process / "standards" / DRAWN[process] / "flow.bpmn"
    net = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(flow)))
    found = {
        tuple(row["activities"]): row["alignment_cost"]
        for row in ask(
            night,
            f"""
            SELECT v.activities, j.alignment_cost
            FROM variant_verdicts AS j JOIN variants AS v USING (process, variant_id)
            WHERE process = '{process}' AND NOT j.is_open
            """,
        )
    }
    # long variants cost pm4py minutes and prove no more
    words = [word for word in sorted(variants(process)) if word in found and len(word) <= 30]
    sample = random.Random(process).sample(words, min(SAMPLE, len(words)))
    as_steps = [tuple(_step(activity) for activity in word if activity not in IGNORED) for word in sample]
    assert [found[word] for word in sample] == costs(as_steps, net)
    assert process == "callcentre" or any(found[word] for word in sample)
