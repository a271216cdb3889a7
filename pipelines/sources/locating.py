"""From the pattern in process.yaml to the files it means, never outside the folders that the operator allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines.errors import BadInput, Problem

ROOT_VARIABLE = "ASRUN_ROOT_"
_ROOT = re.compile(r"([a-z][a-z0-9_]*):(.*)", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class LocatedFile:
    """A file of a source.

    `path` is where its bytes lie, with symbolic links resolved; `locator` names it as the workspace does
    ("data/a.csv", "desk:2026/a.csv"), so that it means the same on another machine.
    """

    path: Path
    locator: str


def find_files(pattern: str, *, workspace: Path, environ: Mapping[str, str]) -> tuple[LocatedFile, ...]:
    """Return the files that `pattern` means, sorted by locator.

    `pattern` is a glob relative to `workspace`, or `name:relative/glob` under the folder that the environment
    variable ASRUN_ROOT_<NAME> holds. `*` stays within a folder, `**` goes through folders. Names that begin with a
    dot or with `~$` (what Excel leaves while a file is open) count only where the pattern spells that beginning out.

    Raises BadInput: an absolute or climbing pattern, an unknown root, a match that leaves its root by a symbolic
    link, a name that is not valid text, or no match (with the nearest existing names).
    """
    root, prefix, relative = _split(pattern, workspace=workspace, environ=environ)
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    folders: list[str] = []
    for match in _matches(root, relative, pattern):
        inner = match.relative_to(root)
        if _is_hidden(inner, relative):
            continue
        locator = prefix + inner.as_posix()
        if not _is_text(locator):
            problems.append(Problem("the file name is not valid UTF-8.", where=repr(locator), todo="Rename the file."))
            continue
        resolved = match.resolve()
        if not resolved.is_relative_to(root):
            problems.append(
                Problem(
                    "the file lies outside the folder of its source (a symbolic link leads out of it).",
                    where=locator,
                    todo=f"Copy it in, or name its folder by an environment variable {ROOT_VARIABLE}<NAME>.",
                )
            )
        elif resolved.is_file():
            found[locator] = resolved
        elif resolved.is_dir():
            folders.append(locator)
    if problems:
        raise BadInput(*sorted(problems, key=str))
    if not found:
        raise BadInput(_nothing_found(pattern, root, prefix, relative, folders))
    return tuple(LocatedFile(path=found[locator], locator=locator) for locator in sorted(found))


def _split(pattern: str, *, workspace: Path, environ: Mapping[str, str]) -> tuple[Path, str, str]:
    """Return the resolved root, the prefix of locators, and the glob relative to the root."""
    if not pattern.strip() or "\0" in pattern:
        raise BadInput(Problem("the pattern of files is empty.", todo="Write for instance data/tickets-*.csv."))
    prefix, relative, root = "", pattern, workspace
    named = None if _DRIVE.match(pattern) else _ROOT.fullmatch(pattern)
    if named is not None:
        name, relative = named.group(1), named.group(2)
        prefix = f"{name}:"
        root = Path(_root_of(name, pattern, environ))
    if "\\" in relative and not _DRIVE.match(relative):
        raise BadInput(
            Problem(
                "the pattern holds a backslash.",
                where=pattern,
                todo="Write folders with a forward slash, on every system.",
            )
        )
    inner = PurePosixPath(relative)
    if inner.is_absolute() or _DRIVE.match(relative):
        raise BadInput(
            Problem(
                "the pattern is an absolute path; expected one relative to the workspace.",
                where=pattern,
                todo=f"Set {ROOT_VARIABLE}<NAME> to the folder and write name:relative/path.",
            )
        )
    if ".." in inner.parts:
        raise BadInput(
            Problem(
                "the pattern climbs out of its folder with '..'.",
                where=pattern,
                todo=f"Set {ROOT_VARIABLE}<NAME> to the other folder and write name:relative/path.",
            )
        )
    if not inner.parts:
        raise BadInput(Problem("the pattern names no file.", where=pattern, todo="Write for instance *.csv."))
    return root.resolve(), prefix, relative


def _root_of(name: str, pattern: str, environ: Mapping[str, str]) -> str:
    variable = ROOT_VARIABLE + name.upper()
    value = environ.get(variable, "")
    if not value:
        known = sorted(key for key in environ if key.startswith(ROOT_VARIABLE) and environ[key])
        near = difflib.get_close_matches(variable, known, n=1)
        hint = f"Did you mean {near[0][len(ROOT_VARIABLE) :].lower()}:? " if near else ""
        raise BadInput(
            Problem(
                f"the environment variable {variable} is not set.",
                where=pattern,
                todo=f"{hint}Set it to the folder that {name}: stands for.",
            )
        )
    if not Path(value).is_dir():
        raise BadInput(
            Problem(f"{variable} names {value}, which is not a folder.", where=pattern, todo="Correct the variable.")
        )
    return value


def _matches(root: Path, relative: str, pattern: str) -> list[Path]:
    literal = root / relative
    # A name with brackets in it, typed in full, means that file before it means a set of characters.
    if "[" in relative and literal.exists():
        return [literal]
    try:
        return list(root.glob(relative))
    except (ValueError, NotImplementedError, OSError) as error:
        raise BadInput(
            Problem(f"the pattern can't be used: {error}.", where=pattern, todo="Write for instance data/*.csv.")
        ) from error


def _is_hidden(inner: Path, relative: str) -> bool:
    spelled = PurePosixPath(relative).parts
    for name in inner.parts:
        for start in (".", "~$"):
            if name.startswith(start) and not any(part.startswith(start) for part in spelled):
                return True
    return False


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _nothing_found(pattern: str, root: Path, prefix: str, relative: str, folders: list[str]) -> Problem:
    if folders:
        return Problem(
            f"the pattern matches only folders ({', '.join(sorted(folders)[:_NEAREST])}).",
            where=pattern,
            todo=f"Write {min(folders)}/*.csv, or whatever the files in it are called.",
        )
    folder = root
    for part in PurePosixPath(relative).parts[:-1]:
        if any(mark in part for mark in "*?["):
            break
        below = folder / part
        if not below.is_dir():
            near = _near(part, [entry for entry in _names(folder) if (folder / entry).is_dir()])
            inside = prefix + folder.relative_to(root).as_posix().removeprefix(".") or "the workspace"
            return Problem(
                f"there is no folder {part} in {inside}.",
                where=pattern,
                todo=_did_you_mean(near, "Correct the pattern."),
            )
        folder = below
    near = _near(PurePosixPath(relative).name, _names(folder))
    shown = [prefix + (folder / name).relative_to(root).as_posix() for name in near]
    return Problem("no file matches.", where=pattern, todo=_did_you_mean(shown, "The folder holds no files."))


def _names(folder: Path) -> list[str]:
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []
    return [name for name in names if _is_text(name) and not name.startswith((".", "~$"))]


def _near(name: str, names: list[str]) -> list[str]:
    """Return the names nearest to `name`, best first; the first few where none is near."""
    by_fold: dict[str, str] = {}
    for candidate in names:
        by_fold.setdefault(candidate.casefold(), candidate)
    near = difflib.get_close_matches(name.casefold(), sorted(by_fold), n=_NEAREST, cutoff=0.4)
    return [by_fold[fold] for fold in near] or names[:_NEAREST]


def _did_you_mean(near: list[str], otherwise: str) -> str:
    return f"Nearest: {', '.join(near)}." if near else otherwise
