"""`asrun init`: a new workspace in an empty folder, or one more process in an existing one."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from pipelines.errors import BadInput, Problem
from pipelines.propose.deciding import propose
from pipelines.propose.rendering import render_process_yaml
from pipelines.workspace.load import PROCESS_NAME
from pipelines.workspace.values import parse_zone

LARGEST_COPY_BYTES = 100_000_000


def start_workspace(folder: Path, *, data: Path | None, process: str, time_zone: str) -> list[str]:
    """Make a workspace, or add a process to one; what to do next, as lines.

    Without `data` the folder must be empty and gets the example. With `data` the file is looked at, and
    processes/<process>/process.yaml is written with the proposed mapping; an existing one is never overwritten.
    """
    if data is None:
        return _example(folder)
    return _proposed(folder, data=data, process=process, time_zone=time_zone)


def _example(folder: Path) -> list[str]:
    _refuse_full(folder)
    with as_file(files("pipelines.starting").joinpath("template")) as template:
        shutil.copytree(template, folder, dirs_exist_ok=True)
    return [
        f"A workspace with a small example stands in {folder}.",
        f"Look at it:   asrun check -w {folder}",
        f"Run a night:  asrun run -w {folder}",
    ]


def _refuse_full(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(Problem("the folder is not empty.", str(folder), "Name a new one; nothing is ever overwritten."))


def _proposed(folder: Path, *, data: Path, process: str, time_zone: str) -> list[str]:
    if not PROCESS_NAME.fullmatch(process):
        raise BadInput(
            Problem(
                f"'{process}' is no name for a process.",
                "--process",
                "Use small letters, digits and underscores, a letter first, at most 48.",
            )
        )
    try:
        parse_zone(time_zone)
    except ValueError as error:
        raise BadInput(Problem(f"{error}.", "--time-zone")) from error
    if not data.is_file():
        raise BadInput(Problem("there is no such file.", str(data)))
    target = folder / "processes" / process / "process.yaml"
    if target.exists():
        raise BadInput(
            Problem("the process stands already.", str(target), "Name another with --process, or edit it by hand.")
        )
    proposal = propose(data, time_zone=time_zone)
    pattern, advice = _bring(folder, data)
    if not (folder / "asrun.toml").exists():
        folder.mkdir(parents=True, exist_ok=True)
        settings = f'title = {{ en = "{process}", zh = "{process}" }}\ntime_zone = "{time_zone}"\n'
        (folder / "asrun.toml").write_text(settings, encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_process_yaml(proposal, process=process, files=pattern), encoding="utf-8")
    return [
        f"The proposed mapping stands in {target}; each line says why. Read it through and correct it.",
        *(f"Look at this: {doubt}" for doubt in proposal.doubts),
        *advice,
        f"Then:  asrun check -w {folder}",
    ]


def _bring(folder: Path, data: Path) -> tuple[str, list[str]]:
    """How the workspace names the file: where it lies, copied in, or by a root from the environment."""
    resolved, home = data.resolve(), folder.resolve()
    if resolved.is_relative_to(home):
        return resolved.relative_to(home).as_posix(), []
    if resolved.stat().st_size <= LARGEST_COPY_BYTES and not (folder / "data" / data.name).exists():
        (folder / "data").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(resolved, folder / "data" / data.name)
        return f"data/{data.name}", [f"The file was copied to {folder / 'data' / data.name}."]
    return f"source:{data.name}", [
        f"The file stays where it is. Before each command:  export ASRUN_ROOT_SOURCE={resolved.parent}"
    ]
