"""kill -9 in the middle of an extraction, and a million rows in bounded memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.pipelines.live.desks import live_rows, live_workspace, pulled
from tests.pipelines.live.servers import Postgres

ROOT = Path(__file__).parents[3]

MANY = """
    CREATE TABLE {name} AS
    SELECT g AS id, 'T' || g / 5 AS ticket, 'Step ' || g % 5 AS step,
        TIMESTAMPTZ '2026-01-01' + g * INTERVAL '1 second' AS done_at, 'Agent ' || g % 50 AS agent,
        (g % 1000)::numeric(12, 2) AS amount, TIMESTAMPTZ '2026-01-01' + g * INTERVAL '1 second' AS changed_at
    FROM generate_series(1, {count}) AS g
"""

PULL = """
import re, sys
from pathlib import Path
from tests.pipelines.live.desks import pulled
import pyarrow, duckdb, adbc_driver_postgresql.dbapi
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
outcome = pulled(Path(sys.argv[1]))
print(outcome.rows_landed, before, peak())
"""


def pull_elsewhere(folder: Path, url: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "DESK_DB": url, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", PULL, str(folder)], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_a_night_killed_in_the_middle_of_an_extraction_doubles_and_loses_nothing(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_DB", postgres.url)
    postgres.run("DROP TABLE IF EXISTS killed", MANY.format(name="killed", count=150_000))
    place = {"postgres": {"url_env": "DESK_DB", "table": "killed", "cursor": "changed_at", "overlap": "1h"}}
    live_workspace(tmp_path, place, key=["id"])
    kills = {"extracting": 0, "landing": 0}
    for moment in ("extracting", "landing", "extracting", "landing"):
        process = pull_elsewhere(tmp_path, postgres.url)
        spool = tmp_path / "warehouse"
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            answers = [file for file in spool.glob("live-answer-*/answer.parquet") if file.stat().st_size > 4]
            # the rows are in the file before the commit is: a killed landing has to leave them invisible
            landing = spool / "landing.duckdb"
            grown = landing.exists() and landing.stat().st_size > 300_000
            if answers and (moment == "extracting" or grown):
                process.send_signal(signal.SIGKILL)
                kills[moment] += 1
                break
            time.sleep(0.002)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    print(f"kills: {kills}")
    assert kills["extracting"] >= 1
    assert kills["landing"] >= 1
    postgres.run("UPDATE killed SET agent = 'Bob', changed_at = '2026-02-01' WHERE id = 7")
    pulled(tmp_path)
    assert list((tmp_path / "warehouse").glob("live-answer-*")) == []
    rows = live_rows(tmp_path, "id", "agent", "changed_at")
    assert rows == postgres.rows("SELECT id, agent, changed_at FROM killed ORDER BY 1, 2, 3")


@pytest.mark.slow
def test_a_million_rows_come_in_batches(tmp_path: Path, postgres: Postgres) -> None:
    growth = {}
    for count in (250_000, 1_000_000):
        name = f"many_{count}"
        postgres.run(f"DROP TABLE IF EXISTS {name}", MANY.format(name=name, count=count))
        place = {"postgres": {"url_env": "DESK_DB", "table": name, "cursor": "changed_at"}}
        folder = live_workspace(tmp_path / name, place, key=["id"])
        settings = 'title = "x"\ntime_zone = "UTC"\n[warehouse]\nmemory_limit = "200MB"\nthreads = 1\n'
        (folder / "asrun.toml").write_text(settings)
        told, _ = pull_elsewhere(folder, postgres.url).communicate(timeout=300)
        rows, before, after = (int(number) for number in told.split())
        assert rows == count
        growth[count] = (after - before) / 1024
    print(f"peak memory grew by {growth} MiB")
    # four times the rows; 200 MB of it is what the engine may take
    assert growth[1_000_000] < 350
    assert growth[1_000_000] - growth[250_000] < 150
