"""`asrun source test`: a source asked for a few rows, its mapping proposed, and the configured one held against it."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.compiling.process import mapped_columns
from pipelines.errors import BadInput, Problem
from pipelines.live.answer import Answer, Asking
from pipelines.live.extract import ask, locator_of
from pipelines.propose.deciding import propose_from
from pipelines.propose.rendering import render_mapping
from pipelines.propose.sampling import Sample, frame_of_json, take_sample
from pipelines.sources.locating import find_files
from pipelines.workspace.live_source import LiveSource
from pipelines.workspace.load import Process
from pipelines.workspace.process_file import Source

SAMPLE_ROWS = 2_000
SHOWN_ROWS = 10


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A column that the mapping names and the source has not, with the nearest that it has."""

    name: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class SourceTrial:
    """What a source answered: its first rows as text, the mapping that they suggest, how the configured one fits."""

    source: str
    locator: str
    rows: int
    is_whole: bool
    columns: tuple[str, ...]
    first_rows: tuple[tuple[str | None, ...], ...]
    proposal: str
    missing: tuple[MissingColumn, ...]
    unmapped: tuple[str, ...]


def try_source(
    process: Process, name: str, *, workspace: Path, environ: Mapping[str, str], rows: int = SAMPLE_ROWS
) -> SourceTrial:
    """Ask a source for its first rows; nothing is landed. Raises `BadInput` where it can't be asked or has no rows."""
    source = process.file.sources.get(name)
    if source is None:
        known = list(process.file.sources)
        near = difflib.get_close_matches(name, known, n=1)
        todo = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
        raise BadInput(Problem(f"process {process.name} has no source '{name}'.", "", todo))
    live = source.live
    if live is not None:
        sample, locator = _live_sample(live, source, process, name, environ=environ, rows=rows)
    else:
        sample, locator = _file_sample(source, workspace=workspace, environ=environ, rows=rows)
    proposal = propose_from(sample, time_zone=process.time_zone, sheet=source.sheet)
    columns = tuple(sample.frame.columns)
    mapped = mapped_columns(source)
    return SourceTrial(
        source=name,
        locator=locator,
        rows=sample.frame.height,
        is_whole=sample.is_whole,
        columns=columns,
        first_rows=tuple(
            tuple(None if value is None else str(value) for value in row)
            for row in sample.frame.head(SHOWN_ROWS).iter_rows()
        ),
        proposal=render_mapping(proposal),
        missing=tuple(
            MissingColumn(column, next(iter(difflib.get_close_matches(column, columns, n=1)), None))
            for column in mapped
            if column not in columns
        ),
        unmapped=tuple(column for column in columns if column not in mapped),
    )


def _file_sample(source: Source, *, workspace: Path, environ: Mapping[str, str], rows: int) -> tuple[Sample, str]:
    located = find_files(source.files or "", workspace=workspace, environ=environ)[0]
    sample = take_sample(
        located.path,
        rows=rows,
        format=source.format,
        encoding=source.encoding,
        delimiter=source.delimiter,
        quote=source.quote,
        sheet=source.sheet,
    )
    return sample, located.locator


def _live_sample(
    live: LiveSource, source: Source, process: Process, name: str, *, environ: Mapping[str, str], rows: int
) -> tuple[Sample, str]:
    where = f"process {process.name}, source {name}"
    with tempfile.TemporaryDirectory(prefix="asrun-source-") as folder:
        asking = Asking(Path(folder), limit=rows + 1)
        answer = ask(live, asking, where=where, environ=environ, key=source.key)
        if answer.path is None or answer.rows == 0:
            raise BadInput(
                Problem(
                    f"the source answers, but has no rows (columns: {', '.join(answer.columns) or 'none'}).",
                    f"{where}, {locator_of(live)}",
                    "Test it again when there are some.",
                )
            )
        frame = _frame(answer)
    return Sample(format="parquet", frame=frame.head(rows), is_whole=frame.height <= rows), locator_of(live)


def _frame(answer: Answer) -> pl.DataFrame:
    if answer.path is None:
        return pl.DataFrame()
    if answer.form == "parquet":
        return pl.read_parquet(answer.path)
    return frame_of_json(answer.path, answer.columns)
