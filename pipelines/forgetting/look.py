"""Looking for somebody before they are forgotten: what there is of them, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.compiling.process import process_spec
from pipelines.compiling.protection import protection_of, salt_key
from pipelines.errors import BadInput, Problem
from pipelines.store_settings import store_settings
from pipelines.workspace.load import Process, Workspace
from warehouse.erasure import Erasure, Kind
from warehouse.landing.forgetting import InLanding, find_in_landing, unfinished_forgettings
from warehouse.landing.forgotten_keys import is_known
from warehouse.landing.protection import pseudonym
from warehouse.mart.erasing import InFigures, found_in
from warehouse.reading.snapshot import Snapshot
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom to forget in a process: cases by id, or a resource by name.

    `name_only` keeps a resource's events and takes the name off them; `everywhere` blanks the text in other columns.
    """

    process: str
    cases: tuple[str, ...] = ()
    resource: str | None = None
    name_only: bool = False
    everywhere: bool = False

    @property
    def kind(self) -> Kind:
        """What is removed."""
        if self.resource is None:
            return "case"
        return "name" if self.name_only else "resource"

    @property
    def names(self) -> tuple[str, ...]:
        """The ids or the name, without blanks at their ends."""
        return tuple(
            dict.fromkeys(name.strip() for name in (self.cases if self.resource is None else (self.resource,)))
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of somebody. `snapshots` are the files that will be written afresh, the published one first.

    `was_cut_off`: an earlier forgetting of the process has not been finished.
    """

    erasure: Erasure
    landing: InLanding
    figures: InFigures
    snapshots: tuple[Path, ...]
    was_cut_off: bool


def kept_snapshots(workspace: Workspace) -> tuple[Path, ...]:
    """The published snapshot and those kept from earlier nights."""
    published = workspace.path(workspace.settings.warehouse.snapshot)
    kept = sorted((published.parent / "archive").rglob("*.duckdb")) if published.parent.is_dir() else []
    return tuple(path for path in (published, *kept) if path.is_file())


def erasures_of(workspace: Workspace, whom: Whom) -> tuple[Erasure, ...]:
    """Whom to forget, one by one, in the forms in which they are landed: as given, and as a hashed column has them.

    Raises `BadInput` for an unknown process, or for nobody.
    """
    process = workspace.process(whom.process)
    if bool(whom.cases) == (whom.resource is not None) or not all(whom.names):
        raise BadInput(
            Problem("name the cases, or one resource with --resource.", "", "asrun forget PROCESS CASE [CASE...]")
        )
    if whom.name_only and whom.resource is None:
        raise BadInput(Problem("--name-only goes with --resource: the name of a case is the case itself."))
    key = None
    if _is_hashed(process, whom):
        try:
            key = salt_key(process, workspace=workspace.folder)
        except BadInput:
            key = None  # a pseudonym can be forgotten without the salt; a name can't
    found = []
    for name in whom.names:
        forms = (name,) if key is None else (name, pseudonym(key, name))
        found.append(Erasure(process.name, whom.kind, forms, everywhere=whom.everywhere))
    return tuple(found)


def _is_hashed(process: Process, whom: Whom) -> bool:
    """Whether the column that names them is hashed in any source."""
    for name, source in process.file.sources.items():
        protection = protection_of(process, name)
        mapping = source.mapping
        columns = [mapping.case]
        if whom.resource is not None:
            columns = [mapping.resource or "", *(step.resource or "" for step in mapping.milestones)]
        rules = [protection.rule_of(column) for column in columns] if protection is not None else []
        if any(rule is not None and rule.action == "hash" for rule in rules):
            return True
    return False


def look_for(workspace: Workspace, whom: Whom) -> Found:
    """What there is of somebody in landing, mart and every snapshot; call it alone with the warehouse.

    Raises `BadInput` where one of the cases, or the resource, is nowhere (without naming any other), and where nothing
    was ever landed.
    """
    each = erasures_of(workspace, whom)
    texts = tuple(dict.fromkeys(text for one in each for text in one.texts))
    erasure = Erasure(whom.process, whom.kind, texts, everywhere=whom.everywhere)
    settings = store_settings(workspace)
    snapshots = kept_snapshots(workspace)
    if not settings.landing.exists():
        raise BadInput(Problem("nothing was landed yet.", str(settings.landing), "There is nobody to forget."))
    spec = process_spec(workspace.process(whom.process))
    with Store(settings) as store:
        landing = find_in_landing(store, spec, erasure)
        figures = found_in(store.connection, "mart", erasure)
        cut_off = unfinished_forgettings(store, whom.process) > 0
        unknown = [
            str(number)
            for number, one in enumerate(each, 1)
            if not any(is_known(store, one.process, one.kind, text) for text in one.texts)
            and not find_in_landing(store, spec, one).rows
            and not found_in(store.connection, "mart", one).events
            and not _is_kept(snapshots, one)
        ]
    if unknown:
        what = "resource" if whom.resource is not None else "case"
        which = f" as number {', '.join(unknown)} of those given" if len(each) > 1 else ""
        raise BadInput(
            Problem(
                f"process '{whom.process}' knows no such {what}{which}. Nothing was changed.",
                "",
                "Write it as the source does; upper and lower case differ.",
            )
        )
    return Found(erasure, landing, figures, snapshots, cut_off)


def _is_kept(snapshots: Sequence[Path], erasure: Erasure) -> bool:
    """Whether a snapshot knows somebody."""
    for path in snapshots:
        with Snapshot(path) as snapshot:
            connection = snapshot.connection()
            name = connection.execute("SELECT current_database()").fetchone()
            if name is not None and found_in(connection, str(name[0]), erasure).events:
                return True
    return False
