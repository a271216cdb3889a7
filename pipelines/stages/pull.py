"""Pull: the files of a process into the landing store."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.compiling.process import process_spec
from pipelines.compiling.protection import people_columns, protection_of, salt_key, salt_variable
from pipelines.errors import BadInput, Problem
from pipelines.planning.stage import SourceFile
from pipelines.sources.leftovers import STAGING, remove_staging
from pipelines.sources.staging import StagedBatches, StagedFile, StagedText, stage
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import store_settings
from pipelines.telling import problems_of
from pipelines.workspace.load import Process
from pipelines.workspace.process_file import Source
from warehouse.errors import WarehouseError
from warehouse.landing.content import Batches, Content, DelimitedText, JsonLines, LoadOrigin, ParquetFile
from warehouse.landing.forgetting import unfinished_forgettings
from warehouse.landing.land import land
from warehouse.landing.loads import known_loads, set_current
from warehouse.landing.protection import Protection
from warehouse.landing.reprotecting import bring_under, check_former
from warehouse.landing.salts import check_salt
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
    remove_staging(staging_root)
    shield = _Shield(process, night.workspace.folder)
    with Store(store_settings(night.workspace)) as store:
        known = {
            (name, load.content_hash, load.reading)
            for name in process.file.sources
            for load in known_loads(store, process=process_name, source=name)
        }
        if unfinished_forgettings(store, process_name):
            notes.append("a forgetting of this process was cut off: say asrun forget once more, the same way")
        if any((file.source, file.content_hash, file.reading) not in known for file in files):
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
            night.progress(number + 1, len(files))
        if problems:
            raise BadInput(*problems)
        for name, source in process.file.sources.items():
            contents = [(file.content_hash, file.reading) for file in files if file.source == name]
            set_current(store, process=process_name, source=name, contents=contents, delivery=source.delivery)
            notes += shield.bring_under(store, name, at=night.started_at)
    return StageOutcome(
        rows=landed_rows,
        note=f"{landed_rows:,} of {read_rows:,} rows landed",
        warnings=tuple(notes),
        rows_landed=landed_rows,
    )


class _Shield:
    """What protects the sources of a process while they are landed; the salt is read when it is first needed."""

    def __init__(self, process: Process, workspace: Path) -> None:
        self.process = process
        self._workspace = workspace
        self._key: bytes | None = None

    def check(self, store: Store, files: Sequence[SourceFile]) -> None:
        """Read the salt, and refuse before anything is landed: a salt missing or changed, rules that can't be kept."""
        self._key = salt_key(self.process, workspace=self._workspace)
        if self._key is not None:
            check_salt(
                store,
                self.process.name,
                version=self.process.file.protect.salt_version,
                key=self._key,
                named=salt_variable(self.process),
            )
        for name in self.process.file.sources:
            protection = self.protection(name)
            if protection is not None:
                present = {file.content_hash for file in files if file.source == name}
                check_former(store, self.process.name, name, protection, present=present)

    def protection(self, source: str) -> Protection | None:
        """What becomes of the columns of a source."""
        return protection_of(self.process, source, key=self._key)

    def bring_under(self, store: Store, source: str, *, at: datetime) -> list[str]:
        """Bring what was landed before under the present rules; what a person should know of it."""
        protection = self.protection(source)
        if protection is None:
            return []
        loads = bring_under(store, process_spec(self.process), source, protection, at=at)
        if not loads:
            return []
        return [
            f"{source}: protection changed; the rows of {loads} earlier loads are gone or protected. Snapshots kept "
            "from before still have them as they were"
        ]


@dataclass(frozen=True, slots=True)
class _Landed:
    """What one file brought; `notes` is what of it has no place in rows."""

    rows_landed: int
    rows_read: int
    notes: tuple[str, ...]


def _land_file(
    store: Store, night: Night, shield: _Shield, source: Source, file: SourceFile, staging_root: Path
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
        result = land(store, _content(staged), origin, loaded_at=night.started_at, is_current=is_current)
    notes = list(staged.notes) if isinstance(staged, StagedBatches) else []
    if result.rows_forgotten:
        notes.append(f"{result.rows_forgotten:,} rows left out: they are about somebody who was forgotten")
    notes += [f"protect: no value of '{name}' could be made coarse; is its format right?" for name in result.emptied]
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
