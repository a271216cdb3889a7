"""Write the demo as a workspace that a user could have made: configuration, standard, data and truth."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from pipelines.demo.organisation import STANDARD_SIZE
from pipelines.demo.simulation import DEFAULT_SEED, Simulation, simulate
from pipelines.errors import BadInput, Problem

if TYPE_CHECKING:
    from datetime import datetime

TEMPLATE: Final = Path(__file__).parent / "template"
PROCESS: Final = "service_desk"
DUPLICATE_ROWS: Final = 40
UNUSABLE_ROWS: Final = 12
"""Rows of three sorts in turn: no ticket number, an unreadable date, an end before the begin."""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where things lie in a demo workspace; `truth` and `bottleneck` are for people and tests, never for a run."""

    folder: Path
    process: str
    data: tuple[Path, ...]
    truth: Path
    bottleneck: Path
    as_of: datetime


def write_demo_workspace(folder: Path, *, cases: int = STANDARD_SIZE, seed: int = DEFAULT_SEED) -> DemoFiles:
    """Write a demo workspace into a new or empty folder; the same size and seed give the same bytes.

    Raises BadInput where the folder holds something already, or `cases` is below 100.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            Problem(
                what="the demo wants a new or empty folder, and this one holds something",
                where=str(folder),
                todo="Name another folder, or empty this one.",
            )
        )
    try:
        simulation = simulate(cases=cases, seed=seed)
    except ValueError as error:
        raise BadInput(Problem(what=str(error), where="--cases", todo="Ask for more cases.")) from error
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    data = folder / "data"
    data.mkdir()
    paths = [*_write_events(data, simulation, seed=seed), _write_surveys(data, simulation)]
    truth = folder / "truth"
    truth.mkdir()
    planted = truth / "planted.csv"
    simulation.planted.write_csv(planted)
    bottleneck = truth / "bottleneck.json"
    place = simulation.bottleneck
    told = {
        "activity": place.activity,
        "team": place.team,
        "kind": "activity",
        "measures": list(place.measures),
        "segment": "all",
        "since": place.since,
        "last_month": place.last_month,
    }
    bottleneck.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return DemoFiles(
        folder=folder,
        process=PROCESS,
        data=tuple(paths),
        truth=planted,
        bottleneck=bottleneck,
        as_of=simulation.as_of,
    )


def _as_text(events: pl.DataFrame) -> pl.DataFrame:
    pattern = "%Y-%m-%d %H:%M:%S"
    return events.with_columns(
        pl.col("completed_at").dt.strftime("%Y-%m").alias("month"),
        pl.col("started_at", "completed_at").dt.strftime(pattern),
    )


def _write_events(data: Path, simulation: Simulation, *, seed: int) -> list[Path]:
    # a stream of its own: dirt must not change the simulated year
    generator = np.random.default_rng([seed, 1])
    rows = _as_text(simulation.events)
    twice = rows[np.sort(generator.choice(rows.height, size=DUPLICATE_ROWS, replace=False))]
    unusable = _unusable(rows, generator)
    paths = []
    for month in rows["month"].unique().sort().to_list():
        parts = [part.filter(pl.col("month") == month).drop("month") for part in (rows, unusable, twice)]
        path = data / f"tickets-{month}.csv"
        pl.concat(parts).write_csv(path)
        paths.append(path)
    return paths


def _unusable(rows: pl.DataFrame, generator: np.random.Generator) -> pl.DataFrame:
    """Make rows of tickets that exist nowhere else, so that the truth about the others stands."""
    early = rows.head(rows.height // 2)
    chosen = early[np.sort(generator.choice(early.height, size=UNUSABLE_ROWS, replace=False))]
    turn = pl.int_range(pl.len()) % 3
    number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(3)
    return chosen.with_columns(
        event_id=pl.lit("X") + number,
        ticket_id=pl.when(turn == 0).then(None).otherwise(pl.lit("SDX-") + number),
        completed_at=pl.when(turn == 1)
        .then(pl.lit("2026-02-30 25:61:00"))
        .when(turn == 2)
        .then(pl.lit("2025-09-30 08:00:00"))
        .otherwise(pl.col("completed_at")),
    )


def _write_surveys(data: Path, simulation: Simulation) -> Path:
    path = data / "surveys.csv"
    simulation.surveys.with_columns(pl.col("closed_at").dt.strftime("%Y-%m-%d %H:%M:%S%:z")).write_csv(path)
    return path
