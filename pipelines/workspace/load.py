"""Reading a whole workspace: every file, every problem, in one pass."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from pipelines.errors import BadInput, Problem
from pipelines.workspace.process_file import ProcessFile
from pipelines.workspace.settings_file import Settings
from pipelines.workspace.standard_file import StandardFile
from pipelines.workspace.text_positions import Document, Location, read_toml, read_yaml

LARGEST_DRAWING = 20_000_000
PROCESS_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class StandardVersion:
    """One folder of `standards/`: its first day, its clauses and the text of its drawing.

    `flow_name` is flow.bpmn or flow.pnml; `called_flows` are the names and texts of the other drawings in the folder,
    whose processes flow.bpmn may call; `document` keeps the lines of standard.yaml for later messages.
    """

    version: str
    valid_from: date
    file: StandardFile
    flow_name: str
    flow_text: bytes
    document: Document
    called_flows: tuple[tuple[str, bytes], ...] = ()

    @property
    def is_approved(self) -> bool:
        """Whether it may judge: only an approved version does."""
        return self.file.approved_by is not None


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the workspace with its standard versions, oldest first."""

    name: str
    file: ProcessFile
    document: Document
    time_zone: str
    standards: tuple[StandardVersion, ...]

    @property
    def approved_standards(self) -> tuple[StandardVersion, ...]:
        """The versions that judge cases, oldest first."""
        return tuple(version for version in self.standards if version.is_approved)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A process whose files hold problems: it can't run, and must not keep the others from running."""

    name: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace as it stands on disk."""

    folder: Path
    settings: Settings
    processes: tuple[Process, ...]
    unreadable: tuple[Unreadable, ...] = ()

    def path(self, relative: str) -> Path:
        """A path of asrun.toml made absolute; load_workspace has made sure that it stays inside."""
        return self.folder / relative

    def process(self, name: str) -> Process:
        """The process of this name; `BadInput` with its problems, or the nearest names where there is none."""
        for process in self.processes:
            if process.name == name:
                return process
        for broken in self.unreadable:
            if broken.name == name:
                raise BadInput(*broken.problems)
        known = [process.name for process in self.processes]
        raise BadInput(Problem(f"there is no process '{name}' in {self.folder}.", "", nearest_sentence(name, known)))


def nearest_sentence(name: str, known: list[str]) -> str:
    """A sentence that names the nearest known name, or the known ones where none is near."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if not known:
        return ""
    shown = ", ".join(sorted(known)[:10])
    more = f" and {len(known) - 10} more" if len(known) > 10 else ""
    return f"Known: {shown}{more}."


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The configuration model whose field names apply at a location, found by walking the annotations."""
    current: Any = model
    for part in location:
        fields = getattr(current, "model_fields", None)
        if fields is not None:
            field = fields.get(part) or next((f for f in fields.values() if f.alias == part), None)
            current = None if field is None else _inner_model(field.annotation)
        elif current is None:
            return None
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None


def _problems(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    problems = []
    for detail in error.errors():
        location = tuple(part for part in detail["loc"] if part != "[key]")
        place = document.where(location)
        dotted = ".".join(str(part) for part in location)
        if detail["type"] == "extra_forbidden":
            owner = _model_at(model, location[:-1])
            fields = owner.model_fields if owner is not None else {}
            known = [field.alias or name for name, field in fields.items()]
            problems.append(
                Problem(f"'{dotted}' is not known here.", place, nearest_sentence(str(location[-1]), known))
            )
        elif detail["type"] == "missing":
            problems.append(Problem(f"'{dotted}' is missing.", place))
        elif detail["type"] == "value_error":
            text = str(detail["ctx"]["error"])
            problems.extend(Problem(f"{dotted}: {part}." if dotted else f"{part}.", place) for part in text.split("\n"))
        else:
            found = detail.get("input")
            shown = f" (found: {found!r})" if isinstance(found, (str, int, float, bool, date)) else ""
            told = _EXPECTED.get(detail["type"], detail["msg"].replace("Input should be", "expected"))
            if detail["type"] == "string_pattern_mismatch":
                told = "the value has not the form that is expected here"
            problems.append(Problem(f"{dotted}: {told}{shown}.", place))
    return problems


# the commonest mistakes in our own words
_EXPECTED = {
    "dict_type": "expected keys with values",
    "model_type": "expected keys with values",
    "tuple_type": "expected a list",
    "list_type": "expected a list",
    "string_type": "expected text; put it in quotes",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "date_from_datetime_parsing": "expected a day of the calendar, as 2026-01-31",
    "date_parsing": "expected a day of the calendar, as 2026-01-31",
    "date_type": "expected a day of the calendar, as 2026-01-31",
}


def _validated(document: Document, model: type[Model], problems: list[Problem]) -> Model | None:
    if not isinstance(document.data, dict):
        problems.append(Problem("expected keys with values.", document.name))
        return None
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems.extend(_problems(error, document, model))
        return None


def _inside(folder: Path, relative: str) -> bool:
    if Path(relative).is_absolute():
        return False
    return (folder / relative).resolve().is_relative_to(folder.resolve())


def _read_settings(folder: Path, problems: list[Problem]) -> Settings | None:
    try:
        document = read_toml(folder / "asrun.toml", name="asrun.toml")
    except BadInput as error:
        problems.extend(error.problems)
        return None
    settings = _validated(document, Settings, problems)
    if settings is None:
        return None
    paths = {
        ("warehouse", "landing"): settings.warehouse.landing,
        ("warehouse", "mart"): settings.warehouse.mart,
        ("warehouse", "snapshot"): settings.warehouse.snapshot,
        ("report", "folder"): settings.report.folder,
        ("snapshots", "folder"): settings.snapshots.folder,
    }
    problems.extend(
        Problem(f"{'.'.join(key)}: '{value}' leads out of the workspace.", document.where(key))
        for key, value in paths.items()
        if not _inside(folder, value)
    )
    files = [settings.warehouse.landing, settings.warehouse.mart, settings.warehouse.snapshot]
    if len({str((folder / name).resolve()) for name in files}) < 3:
        problems.append(
            Problem("landing, mart and snapshot must be three different files.", document.where(("warehouse",)))
        )
    return settings


def _read_standard(folder: Path, name: str, problems: list[Problem]) -> StandardVersion | None:
    try:
        valid_from = date.fromisoformat(folder.name)
    except ValueError:
        valid_from = None
    # 20260131 and 2026-W05-6 are dates too, but one day has one name
    if valid_from is None or valid_from.isoformat() != folder.name:
        problems.append(
            Problem(f"'{folder.name}' is not a date.", name, "Name the folder after its first day, as 2026-01-31.")
        )
        return None
    flows = [flow for flow in ("flow.bpmn", "flow.pnml") if (folder / flow).is_file()]
    if len(flows) != 1:
        found = "both flow.bpmn and flow.pnml" if flows else "no flow"
        problems.append(Problem(f"expected flow.bpmn or flow.pnml, found {found}.", name))
    try:
        document = read_yaml(folder / "standard.yaml", name=f"{name}/standard.yaml")
    except BadInput as error:
        problems.extend(error.problems)
        return None
    file = _validated(document, StandardFile, problems)
    if file is None or len(flows) != 1:
        return None
    called = sorted(path.name for path in folder.glob("*.bpmn") if path.name != flows[0] and path.is_file())
    workspace = folder.absolute().parents[3].resolve()
    away = [flow for flow in (*flows, *called) if not (folder / flow).resolve().is_relative_to(workspace)]
    problems.extend(Problem("the drawing leads out of the workspace.", f"{name}/{flow}") for flow in away)
    too_large = [flow for flow in (*flows, *called) if (folder / flow).stat().st_size > LARGEST_DRAWING]
    problems.extend(Problem("the drawing is larger than 20 MB.", f"{name}/{flow}") for flow in too_large)
    if too_large or away:
        return None
    return StandardVersion(
        version=folder.name,
        valid_from=valid_from,
        file=file,
        flow_name=f"{name}/{flows[0]}",
        flow_text=(folder / flows[0]).read_bytes(),
        document=document,
        called_flows=tuple((f"{name}/{flow}", (folder / flow).read_bytes()) for flow in called),
    )


def _read_process(folder: Path, time_zone: str, problems: list[Problem]) -> Process | None:
    name = f"processes/{folder.name}"
    if not PROCESS_NAME.fullmatch(folder.name):
        problems.append(
            Problem(
                f"'{folder.name}' is no name for a process.",
                name,
                "Use small letters, digits and underscores, a letter first, at most 48.",
            )
        )
        return None
    try:
        document = read_yaml(folder / "process.yaml", name=f"{name}/process.yaml")
    except BadInput as error:
        problems.extend(error.problems)
        return None
    file = _validated(document, ProcessFile, problems)
    standards = []
    standards_folder = folder / "standards"
    if standards_folder.is_dir():
        for entry in sorted(standards_folder.iterdir()):
            if entry.is_dir():
                version = _read_standard(entry, f"{name}/standards/{entry.name}", problems)
                if version is not None:
                    standards.append(version)
    if file is None:
        return None
    return Process(
        name=folder.name,
        file=file,
        document=document,
        time_zone=file.time_zone or time_zone,
        standards=tuple(sorted(standards, key=lambda version: version.valid_from)),
    )


def _one_type_a_name(process: Process, types: dict[tuple[str, str], tuple[str, str]]) -> list[Problem]:
    """Published attributes share one table over all processes, so a name has one type everywhere."""
    problems = []
    for source_name, source in process.file.sources.items():
        for index, attribute in enumerate(source.attributes):
            if not attribute.publish:
                continue
            first = types.setdefault((attribute.of, attribute.name), (attribute.type, process.name))
            if first[0] != attribute.type:
                where = process.document.where(("sources", source_name, "attributes", index, "name"))
                problems.append(
                    Problem(
                        f"attribute '{attribute.name}' is {attribute.type} here but {first[0]} in process {first[1]}.",
                        where,
                        "Published attributes of one name need one type: rename one of them.",
                    )
                )
    return problems


def load_workspace(folder: Path) -> Workspace:
    """Read and validate a workspace as far as it can be read.

    A process with problems is set aside in `unreadable`, so that the night of the others goes on. Raises `BadInput`
    with every problem of every file where the settings can't be read or no process can. Each problem says file and
    line, what was found, what was expected, the nearest valid name.
    """
    if not (folder / "asrun.toml").is_file():
        raise BadInput(
            Problem(
                f"there is no asrun.toml in {folder}.",
                "",
                "Go to your workspace, name it with --workspace, or make one with: asrun init DIR",
            )
        )
    problems: list[Problem] = []
    settings = _read_settings(folder, problems)
    processes: list[Process] = []
    unreadable: list[Unreadable] = []
    types: dict[tuple[str, str], tuple[str, str]] = {}
    processes_folder = folder / "processes"
    entries = sorted(processes_folder.iterdir()) if processes_folder.is_dir() else []
    for entry in entries:
        if entry.is_dir() and not entry.name.startswith("."):
            own: list[Problem] = []
            process = _read_process(entry, settings.time_zone if settings else "UTC", own)
            if process is not None:
                own.extend(_one_type_a_name(process, types))
            if process is not None and not own:
                processes.append(process)
            else:
                unreadable.append(Unreadable(entry.name, tuple(own)))
    if not any(entry.is_dir() for entry in entries):
        problems.append(Problem("the workspace has no process.", "processes", "Add one: asrun init --data FILE"))
    if problems or settings is None or not processes:
        raise BadInput(*problems, *(problem for broken in unreadable for problem in broken.problems))
    return Workspace(folder, settings, tuple(processes), tuple(unreadable))
