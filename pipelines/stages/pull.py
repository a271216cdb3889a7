"""Pull: the files of a process into the landing store."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.errors import BadInput, Problem
from pipelines.planning.stage import SourceFile
from pipelines.sources.staging import StagedBatches, StagedFile, StagedText, stage
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import store_settings
from pipelines.telling import problems_of
from pipelines.workspace.process_file import Source
from warehouse.errors import WarehouseError
from warehouse.landing.content import Batches, Content, DelimitedText, JsonLines, LoadOrigin, ParquetFile
from warehouse.landing.land import land
from warehouse.landing.loads import known_loads, set_current
from warehouse.store import Store


def pull(night: Night, process_name: str, files: Sequence[SourceFile]) -> StageOutcome:
    """Land what is new and say which loads make up each source now.

    A file whose content was landed before is not read again. Files that can't be read don't keep the others from
    being tried; then everything that is wrong comes in one `BadInput`, and the sources stay as they were.
    """
    process = night.workspace.process(process_name)
    problems: list[Problem] = []
    notes: list[str] = []
    landed_rows = read_rows = 0
    staging_root = night.workspace.path(night.workspace.settings.warehouse.landing).parent
    staging_root.mkdir(parents=True, exist_ok=True)
    with Store(store_settings(night.workspace)) as store:
        known = {
            (name, load.content_hash, load.reading)
            for name in process.file.sources
            for load in known_loads(store, process=process_name, source=name)
        }
        for number, file in enumerate(files):
            if (file.source, file.content_hash, file.reading) not in known:
                known.add((file.source, file.content_hash, file.reading))
                try:
                    result = _land_file(
                        store, night, process_name, process.file.sources[file.source], file, staging_root
                    )
                    landed_rows += result.rows_landed
                    read_rows += result.rows_read
                    notes += result.notes
                except (BadInput, WarehouseError) as error:
                    problems.extend(problems_of(error))
            night.progress(number + 1, len(files))
        if problems:
            raise BadInput(*problems)
        for name, source in process.file.sources.items():
            contents = [(file.content_hash, file.reading) for file in files if file.source == name]
            set_current(
                store,
                process=process_name,
                source=name,
                contents=contents,
                delivery=source.delivery,
                run_id=night.run_id,
            )
    return StageOutcome(
        rows=landed_rows,
        note=f"{landed_rows:,} of {read_rows:,} rows landed",
        warnings=tuple(notes),
        rows_landed=landed_rows,
    )


@dataclass(frozen=True, slots=True)
class _Landed:
    """What one file brought; `notes` is what of it has no place in rows."""

    rows_landed: int
    rows_read: int
    notes: tuple[str, ...]


def _land_file(
    store: Store, night: Night, process: str, source: Source, file: SourceFile, staging_root: Path
) -> _Landed:
    with tempfile.TemporaryDirectory(dir=staging_root, prefix="staging-") as folder:
        staged = _staged(source, file, Path(folder))
        origin = LoadOrigin(
            process=process,
            source=file.source,
            locator=file.located.locator,
            content_hash=file.content_hash,
            reading=file.reading,
            key=source.key,
            run_id=night.run_id,
        )
        # a full delivery counts when all of its files are in; an increment stands by itself, even if another file fails
        is_current = source.delivery == "increment"
        result = land(store, _content(staged), origin, loaded_at=night.started_at, is_current=is_current)
    notes = staged.notes if isinstance(staged, StagedBatches) else ()
    return _Landed(
        rows_landed=result.rows_landed,
        rows_read=result.rows_read,
        notes=tuple(f"{file.located.locator}: {note}" for note in notes),
    )


def _staged(source: Source, file: SourceFile, folder: Path) -> StagedFile:
    """Stage a file; a share that hiccups gets three tries."""
    for attempt in Retrying(
        retry=retry_if_exception_type(OSError),
        stop=stop_after_attempt(3),
        wait=wait_exponential(multiplier=0.2, max=2),
        reraise=True,
    ):
        with attempt:
            try:
                return stage(
                    file.located,
                    format=source.format,
                    folder=folder,
                    encoding=source.encoding,
                    delimiter=source.delimiter,
                    quote=source.quote,
                    sheet=source.sheet,
                )
            except OSError as error:
                if attempt.retry_state.attempt_number < 3:
                    raise
                raise BadInput(
                    Problem(f"can't be read: {error.strerror or error}.", file.located.locator, "Nothing was changed.")
                ) from error
    raise AssertionError


def _content(staged: StagedFile) -> Content:
    if isinstance(staged, StagedText):
        if staged.dialect is None or staged.columns is None:
            return JsonLines(staged.path)
        return DelimitedText(
            path=staged.path,
            columns=staged.columns,
            delimiter=staged.dialect.delimiter,
            quote=staged.dialect.quote,
            skip_lines=staged.dialect.skip_lines,
        )
    if isinstance(staged, StagedBatches):
        return Batches(staged.reader)
    return ParquetFile(staged.path)
