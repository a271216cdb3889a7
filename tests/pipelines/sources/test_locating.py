from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.errors import BadInput
from pipelines.sources.locating import find_files


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    for name in (
        "data/tickets-2.csv",
        "data/tickets-1.csv",
        "data/other.csv",
        "data/deep/er/x.csv",
        "data/.tickets-9.csv",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a\n1\n")
    return folder


def locators(pattern: str, workspace: Path, **environ: str) -> list[str]:
    return [located.locator for located in find_files(pattern, workspace=workspace, environ=environ)]


def message(pattern: str, workspace: Path, **environ: str) -> str:
    with pytest.raises(BadInput) as caught:
        find_files(pattern, workspace=workspace, environ=environ)
    return str(caught.value)


def test_files_come_sorted_and_named_as_the_workspace_names_them(workspace: Path) -> None:
    found = find_files("data/tickets-*.csv", workspace=workspace, environ={})
    assert [located.locator for located in found] == ["data/tickets-1.csv", "data/tickets-2.csv"]
    assert found[0].path == (workspace / "data/tickets-1.csv").resolve()


def test_a_star_stays_in_its_folder_and_two_go_through_folders(workspace: Path) -> None:
    assert "data/deep/er/x.csv" not in locators("data/*.csv", workspace)
    assert "data/deep/er/x.csv" in locators("data/**/*.csv", workspace)


def test_hidden_files_count_only_when_spelled_out(workspace: Path) -> None:
    (workspace / "data/~$tickets-3.csv").write_text("lock")
    assert locators("data/*tickets*.csv", workspace) == ["data/tickets-1.csv", "data/tickets-2.csv"]
    assert locators("data/.tickets-*.csv", workspace) == ["data/.tickets-9.csv"]


def test_a_root_from_the_environment(workspace: Path, tmp_path: Path) -> None:
    root = tmp_path / "elsewhere"
    (root / "2026").mkdir(parents=True)
    (root / "2026/a.csv").write_text("a\n1\n")
    assert locators("desk:2026/*.csv", workspace, ASRUN_ROOT_DESK=str(root)) == ["desk:2026/a.csv"]


def test_an_unknown_root_names_the_nearest(workspace: Path, tmp_path: Path) -> None:
    text = message("dekk:*.csv", workspace, ASRUN_ROOT_DESK=str(tmp_path))
    assert "ASRUN_ROOT_DEKK is not set" in text
    assert "Did you mean desk:?" in text


def test_a_root_that_is_no_folder(workspace: Path) -> None:
    assert "not a folder" in message("desk:*.csv", workspace, ASRUN_ROOT_DESK=str(workspace / "none"))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/etc/passwd", "absolute path"),
        ("C:\\data\\a.csv", "absolute path"),
        ("c:/data/a.csv", "absolute path"),
        ("data/../../x.csv", "climbs out"),
        ("desk:../x.csv", "climbs out"),
        ("desk:/etc/passwd", "absolute path"),
        ("data\\a.csv", "backslash"),
        ("", "empty"),
        ("a\0b", "empty"),
        (".", "names no file"),
        ("data/**x.csv", "can't be used"),
    ],
)
def test_patterns_that_are_refused(workspace: Path, pattern: str, expected: str) -> None:
    assert expected in message(pattern, workspace, ASRUN_ROOT_DESK=str(workspace))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("data/ticket-1.csv", "data/tickets-1.csv"),
        ("data/TICKETS-2.CSV", "data/tickets-2.csv"),
        ("dat/tickets-*.csv", "there is no folder dat in the workspace. Nearest: data."),
        ("data/dep/*.csv", "there is no folder dep in data. Nearest: deep."),
        ("data", "matches only folders (data)"),
    ],
)
def test_no_match_names_the_nearest(workspace: Path, pattern: str, expected: str) -> None:
    assert expected in message(pattern, workspace)


def test_a_symbolic_link_may_not_lead_out(workspace: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    (workspace / "data/tickets-3.csv").symlink_to(secret)
    (workspace / "data/tickets-4.csv").symlink_to(workspace / "data/other.csv")
    text = message("data/tickets-*.csv", workspace)
    assert "data/tickets-3.csv: the file lies outside" in text
    assert "tickets-4" not in text


def test_a_linked_workspace_and_a_link_within_it_are_fine(workspace: Path, tmp_path: Path) -> None:
    (workspace / "data/tickets-4.csv").symlink_to(workspace / "data/other.csv")
    alias = tmp_path / "alias"
    alias.symlink_to(workspace)
    assert locators("data/tickets-4.csv", alias) == ["data/tickets-4.csv"]


def test_a_name_with_brackets_means_the_file_first(workspace: Path) -> None:
    (workspace / "data/a[1].csv").write_text("a\n1\n")
    assert locators("data/a[1].csv", workspace) == ["data/a[1].csv"]


def test_a_name_that_is_not_text(workspace: Path) -> None:
    try:
        (workspace / os.fsdecode(b"data/tickets-\xff.csv")).write_text("a\n")
    except OSError:
        pytest.skip("the file system takes only valid names")
    assert "not valid UTF-8" in message("data/tickets-*.csv", workspace)
