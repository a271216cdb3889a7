"""Pull: the files and live sources of a process into the landing store."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.compiling.process import drift_rule
from pipelines.compiling.protection import people_columns
from pipelines.errors import BadInput, Problem
from pipelines.planning.stage import SourceFile
from pipelines.sources.hashing import content_hash, file_stamp
from pipelines.sources.leftovers import STAGING, remove_staging
from pipelines.sources.staging import StagedBatches, StagedFile, StagedText, stage
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.stages.pull_live import LivePull, clear_spools, make_whole_current, pull_live
from pipelines.stages.shield import Shield, shield_notes
from pipelines.store_settings import store_settings
from pipelines.telling import problems_of
from pipelines.workspace.process_file import Source
from warehouse.errors import WarehouseError
from warehouse.landing.content import Batches, Content, DelimitedText, JsonLines, LoadOrigin, ParquetFile
from warehouse.landing.forgetting import unfinished_forgettings
from warehouse.landing.land import land_content
from warehouse.landing.loads import known_loads, set_current
from warehouse.specification import Interval
from warehouse.store import Store


def pull(
    night: Night,
    process_name: str,
    files: Sequence[SourceFile],
    *,
    interval: Interval | None = None,
    live_limit: int | None = None,
) -> StageOutcome:
    """Land what is new and say which loads make up each source now.

    A file whose content was landed before is not read again; a live source is asked each time. Sources that can't be
    read don't keep the others from being tried; then everything that is wrong comes in one `BadInput`, and the sources
    stay as they were. `interval`: asked of live sources again. `live_limit`: so many rows of each live source, for a
    trial that is thrown away.
    """
    process = night.workspace.process(process_name)
    problems: list[Problem] = []
    notes: list[str] = []
    landed_rows = read_rows = 0
    staging_root = night.workspace.path(night.workspace.settings.warehouse.landing).parent
    staging_root.mkdir(parents=True, exist_ok=True)
    clear_spools(staging_root)
    remove_staging(staging_root)
    shield = Shield(process, night.workspace.folder)
    live = [name for name, source in process.file.sources.items() if source.live is not None]
    pulled: dict[str, LivePull] = {}
    with Store(store_settings(night.workspace)) as store:
        known = {
            (name, load.content_hash, load.reading)
            for name in process.file.sources
            for load in known_loads(store, process=process_name, source=name)
        }
        if unfinished_forgettings(store, process_name):
            notes.append("a forgetting of this process was cut off: say asrun forget once more, the same way")
        if live or any((file.source, file.content_hash, file.reading) not in known for file in files):
            shield.check(store, files)
        for number, file in enumerate(files):
            if (file.source, file.content_hash, file.reading) not in known:
                known.add((file.source, file.content_hash, file.reading))
                try:
                    result = _land_file(store, night, shield, process.file.sources[file.source], file, staging_root)
                    landed_rows += result.rows_landed
                    read_rows += result.rows_read
                    notes += result.notes
                except (BadInput, WarehouseError) as error:
                    problems.extend(problems_of(error))
            night.progress(number + 1, len(files) + len(live))
        for number, name in enumerate(live):
            source = process.file.sources[name]
            try:
                brought = pull_live(
                    store, night, shield, name, source, root=staging_root, interval=interval, limit=live_limit
                )
                pulled[name] = brought
                landed_rows += brought.rows_landed
                read_rows += brought.rows_read
                notes += brought.notes
            except (BadInput, WarehouseError) as error:
                problems.extend(problems_of(error))
            night.progress(len(files) + number + 1, len(files) + len(live))
        if problems:
            raise BadInput(*problems)
        for name, brought in pulled.items():
            make_whole_current(store, night, process_name, name, brought)
            notes += shield.bring_under(store, name, at=night.started_at)
        for name, source in process.file.sources.items():
            if source.files is None:
                continue
            contents = [(file.content_hash, file.reading) for file in files if file.source == name]
            set_current(
                store,
                process=process_name,
                source=name,
                contents=contents,
                delivery=source.delivery,
                run_id=night.run_id,
            )
            notes += shield.bring_under(store, name, at=night.started_at)
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
    store: Store, night: Night, shield: Shield, source: Source, file: SourceFile, staging_root: Path
) -> _Landed:
    with tempfile.TemporaryDirectory(dir=staging_root, prefix=STAGING) as folder:
        staged = _staged(source, file, Path(folder))
        origin = LoadOrigin(
            process=shield.process.name,
            source=file.source,
            locator=file.located.locator,
            content_hash=file.content_hash,
            reading=file.reading,
            key=source.key,
            run_id=night.run_id,
            protection=shield.protection(file.source),
            people=people_columns(source),
        )
        # a full delivery counts when all of its files are in; an increment stands by itself, even if another file fails
        is_current = source.delivery == "increment"
        content = _content(staged)
        is_sparse = isinstance(content, JsonLines) or file.located.path.name.casefold().endswith((".xes", ".xes.gz"))
        drift = drift_rule(source, is_sparse=is_sparse or source.format == "xes")
        with store.transaction("landing"):
            result = land_content(
                store,
                content,
                origin,
                loaded_at=night.started_at,
                is_current=is_current,
                drift=drift,
                with_keys=False,
            )
            _refuse_changed(file)
    notes = (*(staged.notes if isinstance(staged, StagedBatches) else ()), *result.notes, *shield_notes(result))
    return _Landed(
        rows_landed=result.rows_landed,
        rows_read=result.rows_read,
        notes=tuple(f"{file.located.locator}: {note}" for note in notes),
    )


def _refuse_changed(file: SourceFile) -> None:
    """The rows of a file that was written while it was read are not those that its hash stands for."""
    path = file.located.path
    if file.stamp is not None and file_stamp(path) == file.stamp:
        return
    if content_hash(path) != file.content_hash:
        raise BadInput(
            Problem(
                "the file changed while it was read; nothing of it was kept.",
                file.located.locator,
                "Let the export end before the night begins, best under another name that is changed at the end; "
                "then run again.",
            )
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
