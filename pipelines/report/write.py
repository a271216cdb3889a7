"""Writing the reports of a snapshot to a folder, each file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.errors import BadInput, Problem
from pipelines.report.build import build_index, build_report
from pipelines.report.dictionary import build_dictionary
from pipelines.report.render import render_dictionary, render_index, render_report
from pipelines.report.words import LANGUAGES, Language
from pipelines.telling import raise_if_stopped
from pipelines.workspace.protection_section import NamesShown
from warehouse.errors import WarehouseError
from warehouse.reading.snapshot import Snapshot

# as `_write` names a page until it is whole
_STRAY = re.compile(r"\.[a-z0-9_-]+\.html\.[a-z0-9_]{8}")


def write_reports(
    snapshot_path: Path | str,
    folder: Path | str,
    *,
    languages: Sequence[str] = LANGUAGES,
    process: str | None = None,
    names: NamesShown = "team",
    names_of: Mapping[str, NamesShown] | None = None,
) -> list[Path]:
    """Write <process>.html for every process (or the one named), dictionary.html and index.html; the files written.

    `names` says what the pages show of people (see `build_report`), `names_of` what those of single processes do. The
    folder is made if it is missing. A page that can't be built keeps no other from being written. Raises `BadInput`
    for an unknown process or language, for a folder that can't be written, and, when all else is written, for pages
    that couldn't be built; `WarehouseError` for a snapshot that can't be read.
    """
    chosen = _languages(languages)
    target = Path(folder)
    written = []
    problems: list[Problem] = []
    with Snapshot(snapshot_path) as snapshot:
        entries = build_index(snapshot)
        chosen_processes = [entry.process.process for entry in entries] if process is None else [process]
        _check_names(chosen_processes)
        try:
            target.mkdir(parents=True, exist_ok=True)
            for name in chosen_processes:
                page = _page(snapshot, name, chosen, problems, (names_of or {}).get(name, names))
                if page is not None:
                    written.append(_write(target / f"{name}.html", page))
            book = _dictionary_file([entry.process.process for entry in entries])
            page = render_dictionary(build_dictionary(snapshot_path), languages=chosen, index="index.html")
            written.append(_write(target / book, page))
            index = render_index(entries, languages=chosen, product=snapshot.product, dictionary=book)
            written.append(_write(target / "index.html", index))
        except OSError as error:
            raise BadInput(
                Problem(
                    where=str(target),
                    what=f"the reports can't be written: {error.strerror or error}.",
                    todo="Look at [report] folder in asrun.toml and at the rights of the folder.",
                )
            ) from error
    if problems:
        raise BadInput(*problems)
    return written


def write_dictionary(snapshot_path: Path | str, target: Path, *, languages: Sequence[str] = LANGUAGES) -> Path:
    """Write the data dictionary of a snapshot to one HTML file; raises `BadInput` where that can't be written."""
    try:
        return _write(target, render_dictionary(build_dictionary(snapshot_path), languages=_languages(languages)))
    except OSError as error:
        raise BadInput(
            Problem(
                where=str(target),
                what=f"the dictionary can't be written: {error.strerror or error}.",
                todo="Choose another path.",
            )
        ) from error


def remove_stray_pages(folder: Path) -> None:
    """Remove half-written pages that a killed run left behind; for the night alone, which holds the warehouse."""
    for path in folder.glob(".*.html.*"):
        if _STRAY.fullmatch(path.name):
            with contextlib.suppress(OSError):
                path.unlink()


def _dictionary_file(processes: Sequence[str]) -> str:
    """dictionary.html, unless a process has that name; no process has a hyphen in its own."""
    return "data-dictionary.html" if "dictionary" in processes else "dictionary.html"


def _page(
    snapshot: Snapshot, name: str, languages: tuple[Language, ...], problems: list[Problem], names: NamesShown
) -> str | None:
    """A page, or None with its problem noted, whatever it was: one process must not hold the pages of the others."""
    try:
        return render_report(build_report(snapshot, name, languages=languages, names=names))
    except (BadInput, WarehouseError, OSError):
        raise
    except Exception as error:  # noqa: BLE001
        raise_if_stopped(error)
        problems.append(
            Problem(
                where=f"report of {name}",
                what=f"an error that asrun did not foresee: {type(error).__name__}: {error}",
                todo="Its last page stays, the others are new. Please report it.",
            )
        )
        return None


def _check_names(names: Sequence[str]) -> None:
    """A process names its file, so a name that could lead out of the folder is refused."""
    wrong = [name for name in names if not re.fullmatch(r"\w[\w.-]{0,99}", name)]
    if wrong:
        raise BadInput(
            *(
                Problem(
                    what=f"process name {name[:80]!r} can't name a file.",
                    todo="Use letters, digits, underscores and hyphens, starting with a letter.",
                )
                for name in wrong
            )
        )


def _languages(languages: Sequence[str]) -> tuple[Language, ...]:
    known = {language: language for language in LANGUAGES} | {"zh-Hans": LANGUAGES[1], "zh-CN": LANGUAGES[1]}
    wrong = [language for language in languages if language not in known]
    if wrong or not languages:
        raise BadInput(
            Problem(
                what=f"reports know no language '{', '.join(wrong)}'." if wrong else "no language is given.",
                todo=f"Use one or both of: {', '.join(LANGUAGES)}.",
            )
        )
    return tuple(dict.fromkeys(known[language] for language in languages))


def _write(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
