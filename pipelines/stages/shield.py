"""What protects the sources of a process while they are landed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pipelines.compiling.process import process_spec
from pipelines.compiling.protection import protection_of, salt_key, salt_variable
from pipelines.planning.stage import SourceFile
from pipelines.workspace.load import Process
from warehouse.landing.content import LoadResult
from warehouse.landing.protection import Protection
from warehouse.landing.reprotecting import bring_under, check_former
from warehouse.landing.salts import check_salt
from warehouse.store import Store


class Shield:
    """The rules of each source with their salt, which is read when it is first needed."""

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
        for name, source in self.process.file.sources.items():
            protection = self.protection(name)
            # a live source is asked from the start under new rules
            if protection is not None and source.live is None:
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


def shield_notes(result: LoadResult) -> tuple[str, ...]:
    """What a person should know of what the shield did to a load."""
    notes = [f"protect: no value of '{name}' could be made coarse; is its format right?" for name in result.emptied]
    if result.rows_forgotten:
        notes.append(f"{result.rows_forgotten:,} rows left out: they are about somebody who was forgotten")
    return tuple(notes)
