"""Patterns of files that lead out of the workspace, or to nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.workspaces import process_config, write_yaml
from tests.pipelines.bad_input.nights import attempt

PATTERNS: dict[str, tuple[str, ...]] = {
    "../data/x.csv": ("climbs out of its folder", "ASRUN_ROOT_<NAME>"),
    "data/../../x.csv": ("climbs out of its folder",),
    "/etc/passwd": ("an absolute path",),
    "C:\\x.csv": ("an absolute path",),
    "data\\x.csv": ("a backslash",),
    "nowhere:x.csv": ("ASRUN_ROOT_NOWHERE is not set",),
    "data/*.txt": ("no file matches", "data/desk.csv"),
    "datta/*.csv": ("there is no folder datta", "Nearest: data"),
    "data/[a": ("no file matches",),
    "data": ("matches only folders",),
    "~/x.csv": ("there is no folder ~",),
    "": ("the pattern of files is empty",),
    "data/de\0sk.csv": ("pattern",),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_bad_pattern_is_refused(desk: Path, pattern: str) -> None:
    config = process_config()
    config["sources"]["tickets"]["files"] = pattern
    write_yaml(desk / "processes" / "desk" / "process.yaml", config)
    attempt(desk).is_refused("processes/desk/process.yaml:10 (source tickets)", *PATTERNS[pattern])


def _link_out(file: Path) -> None:
    file.symlink_to("/etc/passwd")


def _loop(file: Path) -> None:
    file.symlink_to(file.name)


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _folder(file: Path) -> None:
    file.mkdir()


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "link out of the workspace": (_link_out, "a symbolic link leads out of it"),
    "link to itself": (_loop, "no file matches"),
    "pipe": (_pipe, "no file matches"),
    "folder": (_folder, "matches only folders"),
    "gone": (lambda file: None, "no file matches"),
}


@pytest.mark.parametrize("attack", FILES)
def test_what_is_no_file_of_the_workspace_is_refused(desk: Path, attack: str) -> None:
    make, fragment = FILES[attack]
    file = desk / "data" / "desk.csv"
    file.unlink()
    make(file)
    attempt(desk).is_refused(fragment)


def test_a_file_name_that_is_no_text_is_refused(desk: Path) -> None:
    config = process_config()
    config["sources"]["tickets"]["files"] = "data/*.csv"
    write_yaml(desk / "processes" / "desk" / "process.yaml", config)
    file = desk / "data" / "desk.csv"
    file.rename(file.with_name("desk\udcff.csv"))
    attempt(desk).is_refused("not valid UTF-8", "Rename the file")


def test_a_drawing_that_lies_outside_is_not_read(desk: Path, tmp_path: Path) -> None:
    version = next((desk / "processes" / "desk" / "standards").iterdir())
    outside = tmp_path / "outside.bpmn"
    (version / "flow.bpmn").rename(outside)
    (version / "flow.bpmn").symlink_to(outside)
    attempt(desk).is_refused("the drawing leads out of the workspace", f"standards/{version.name}/flow.bpmn")
