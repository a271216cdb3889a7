"""Configuration files with mistakes and traps: every problem with its file and line, and nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import BadInput
from pipelines.workspace.load import load_workspace
from pipelines.workspace.process_file import TAKEN_NAMES
from tests.builders.workspaces import process_config, standard_config, write_process, write_workspace, write_yaml
from tests.pipelines.bad_input.nights import assert_told
from warehouse.mart.view_comments import COMMENTS

_LAUGHS = 'l0: &l0 ["lol"]\n' + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))
YAML_ATTACKS: dict[str, tuple[Callable[[str], str | bytes], tuple[str, ...]]] = {
    "unknown key": (lambda t: t.replace("segments:", "segmnets:"), ("'segmnets' is not known", "'segments'?", ":23")),
    "key twice": (lambda t: t + "owner: me\n", ("the key 'owner' stands twice", ":30")),
    "alias": (lambda t: t.replace("owner: Desk", "owner: &o Desk") + "x: *o\n", ("aliases (*name) are not read",)),
    "billion laughs": (lambda t: t + _LAUGHS, ("aliases (*name) are not read", "process.yaml:31")),
    "tab": (lambda t: t.replace("  tickets", "\ttickets"), ("not valid YAML", "'\\t'", ":8")),
    "nothing": (lambda _: "", ("'title' is missing", "'sources' is missing", "'case' is missing")),
    "list": (lambda _: "- a\n", ("expected keys with values",)),
    "bare text": (lambda _: "hello", ("expected keys with values",)),
    "latin-1": (lambda _: "owner: Müller".encode("latin-1"), ("not UTF-8 text", "Save the file as UTF-8")),
    "UTF-16": (lambda t: t.encode("utf-16"), ("not UTF-8 text",)),
    "NUL": (lambda t: t + "\0", ("not valid YAML",)),
    "merge key": (lambda t: t + "<<: {a: 1}\n", ("a key must be plain text", ":30")),
    "tag of a program": (
        lambda t: t.replace("owner: Desk manager", 'owner: !!python/object/apply:os.system ["touch /tmp/x"]'),
        ("owner: expected text",),
    ),
    "odd keys": (lambda t: t + "? [a]\n: 3\nnull: 4\n", ("a key must be plain text",)),
    "deep": (lambda _: "[" * 5_000, ("nested too deeply",)),
    "deep keys": (lambda _: "a: " + "{a: " * 3_000, ("nested too deeply",)),
    "3 MB": (lambda t: t + "#" * 3_000_000, ("larger than 2000000 bytes",)),
    "two documents": (lambda t: t + "---\na: 1\n", ("found another document",)),
    "date as owner": (lambda t: t.replace("owner: Desk manager", "owner: 2026-01-01"), ("owner: expected text", ":4")),
    "wrong types": (
        lambda t: re.sub(r"segments:\n- branch", "segments: {a: 1}", t).replace(
            "time_zone: UTC", "time_zone: Mars/Base"
        ),
        ("segments: expected a list", "'Mars/Base' is not an IANA time zone; write for example"),
    ),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "w")


def refused(folder: Path, *fragments: str) -> None:
    try:
        problems = [problem for broken in load_workspace(folder).unreadable for problem in broken.problems]
    except BadInput as error:
        problems = list(error.problems)
    assert_told(tuple(problems), *fragments)


@pytest.mark.parametrize("attack", YAML_ATTACKS)
def test_a_bad_process_yaml_is_refused(workspace: Path, attack: str) -> None:
    spoil, fragments = YAML_ATTACKS[attack]
    path = workspace / "processes" / "desk" / "process.yaml"
    content = spoil(path.read_text(encoding="utf-8"))
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(workspace, "processes/desk/process.yaml", *fragments)


def _source(**changes: Any) -> dict[str, Any]:
    config = process_config(segments=[])
    config["sources"]["tickets"].update(changes)
    return config


def _named(name: str) -> dict[str, Any]:
    config = process_config()
    return {**config, "sources": {name: config["sources"]["tickets"]}}


def _instant(form: str) -> dict[str, Any]:
    config = process_config()
    config["sources"]["tickets"]["mapping"]["completed"]["format"] = form
    return config


VALUE_ATTACKS: dict[str, tuple[Callable[[], dict[str, Any]], tuple[str, ...]]] = {
    "format": (lambda: _instant("%Q %"), ("%, %Q is no part of a format", "process.yaml:")),
    "delimiter is the quote": (lambda: _source(delimiter='"'), ("delimiter and the quote at once",)),
    "delimiter of two": (lambda: _source(delimiter="||"), ("delimiter",)),
    "delimiter a line end": (lambda: _source(delimiter="\n"), ("delimiter",)),
    "source named a path": (lambda: _named("../x"), ("../x",)),
    "source named SQL": (lambda: _named('a"; DROP TABLE x--'), ("DROP",)),
    "attribute twice": (
        lambda: _source(attributes=[{"name": "x", "column": "branch"}, {"name": "x", "column": "agent"}]),
        ("'x' stands twice",),
    ),
    "attribute of the table": (
        lambda: _source(attributes=[{"name": "case_id", "column": "branch"}, {"name": "state", "column": "branch"}]),
        ("'case_id' is a column of the published table already", "'state' is", "'case_state'"),
    ),
    "attribute named SQL": (lambda: _source(attributes=[{"name": 'a"b', "column": "x"}]), ("attributes.0.name",)),
    "unknown segment": (lambda: process_config(segments=["brnch"]), ("'brnch' is no case attribute",)),
    "link of a script": (lambda: process_config(case_url="javascript:alert({case_id})"), ("begins with http",)),
    "link without case": (lambda: process_config(case_url="https://x.example.org"), ("placeholder {case_id}",)),
    "no activity": (
        lambda: _source(mapping={"case": "ticket", "completed": "done_at"}),
        ("mapping.activity: expected the column",),
    ),
    "two ends": (
        lambda: process_config(case={"ends": {"activity": "Close", "last_event": True}}),
        ("give exactly one of 'activity', 'attribute' and 'last_event'",),
    ),
    "idle for nothing": (
        lambda: process_config(case={"ends": {"last_event": True}, "idle_after": "0d"}),
        ("'0d' is out of range",),
    ),
    "idle for ever": (
        lambda: process_config(case={"ends": {"last_event": True}, "idle_after": "99999999999w"}),
        ("'99999999999w' is",),
    ),
}


@pytest.mark.parametrize("attack", VALUE_ATTACKS)
def test_a_bad_value_is_refused(workspace: Path, attack: str) -> None:
    make, fragments = VALUE_ATTACKS[attack]
    write_yaml(workspace / "processes" / "desk" / "process.yaml", make())
    refused(workspace, "processes/desk/process.yaml", *fragments)


def test_the_names_that_attributes_can_not_take_are_those_of_the_published_tables() -> None:
    assert TAKEN_NAMES["case"] == COMMENTS["cases"].keys() - {""}
    assert TAKEN_NAMES["event"] == COMMENTS["events"].keys() - {""}


def test_two_processes_can_not_publish_one_attribute_with_two_types(workspace: Path) -> None:
    config = process_config("other")
    config["sources"]["tickets"]["attributes"][0]["type"] = "number"
    write_process(workspace, "other", config={**config, "segments": []})
    refused(workspace, "attribute 'branch' is number here but text in process desk", "processes/other/process.yaml:")


def test_two_processes_may_keep_one_attribute_of_two_types_to_themselves(workspace: Path) -> None:
    config = process_config("other")
    config["sources"]["tickets"]["attributes"][0].update(type="number", publish=False)
    write_process(workspace, "other", config={**config, "segments": []})
    assert len(load_workspace(workspace).processes) == 2


def _limits(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"limits": [{**standard_config()["limits"][0], "id": f"l{n}", **c} for n, c in enumerate(changes)]}


STANDARD_ATTACKS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unknown key": ({"sevrity": "high"}, ("'sevrity' is not known", "Did you mean 'severity'?")),
    "half approved": ({"approved_on": None}, ("approved_by and approved_on belong together",)),
    "no day": ({"approved_on": "2026-13-45"}, ("approved_on: expected a day of the calendar", "'2026-13-45'")),
    "limit twice": (_limits({"id": "same"}, {"id": "same"}), ("the id same stands more than once",)),
    "no time": (_limits({"within": "0h"}), ("'0h' is out of range",)),
    "no duration": (_limits({"within": "5 fortnights"}), ("'5 fortnights' is not a duration; write for example",)),
    "number": (_limits({"within": -5}), ("'-5' is not a duration",)),
    "for ever": (_limits({"within": "99999999999w"}), ("'99999999999w' is",)),
    "risk of 300 %": (_limits({"at_risk": 3}), ("at_risk",)),
    "two starts": (_limits({"from": {"activity": "Register", "case": "start"}}), ("give exactly one of",)),
    "id of SQL": (_limits({"id": "a'; DROP"}), ("limits.0.id",)),
    "severity": ({"severity": "dire"}, ("severity", "dire")),
}


@pytest.mark.parametrize("attack", STANDARD_ATTACKS)
def test_a_bad_standard_yaml_is_refused(workspace: Path, attack: str) -> None:
    changes, fragments = STANDARD_ATTACKS[attack]
    path = workspace / "processes" / "desk" / "standards" / "2026-01-01" / "standard.yaml"
    write_yaml(path, standard_config(**changes))
    refused(workspace, "processes/desk/standards/2026-01-01/standard.yaml", *fragments)


TOML_ATTACKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "unknown": ('foo = 1\n[warehouse]\nlandng = "x"\n', ("'foo' is not known", "landng", "asrun.toml:3", "'landing'?")),
    "types": (
        'title = 5\nlanguages = ["de"]\n[warehouse]\nthreads = "two"\nmemory_limit = "lots"\n'
        '[schedule]\ncron = "never"\n',
        ("title", "languages.0", "'de'", "threads: expected a whole number", "memory_limit", "five fields; write"),
    ),
    "key twice": ('time_zone = "UTC"\ntime_zone = "UTC"\n', ("not valid TOML", "asrun.toml:2")),
    "broken": ("title = {\n", ("not valid TOML", "asrun.toml:1")),
    "paths out": (
        '[warehouse]\nlanding = "../x.duckdb"\nmart = "/tmp/m.duckdb"\nsnapshot = "a/../../b"\n'
        '[report]\nfolder = "/etc"\n',
        ("'../x.duckdb' leads out", "'/tmp/m.duckdb' leads out", "'a/../../b' leads out", "'/etc' leads out"),
    ),
    "one file for two": ('[warehouse]\nlanding = "a.duckdb"\nmart = "./a.duckdb"\n', ("three different files",)),
    "link out": ('[warehouse]\nmart = "away/m.duckdb"\n', ("'away/m.duckdb' leads out of the workspace",)),
}


@pytest.mark.parametrize("attack", TOML_ATTACKS)
def test_a_bad_asrun_toml_is_refused(workspace: Path, tmp_path: Path, attack: str) -> None:
    text, fragments = TOML_ATTACKS[attack]
    (tmp_path / "elsewhere").mkdir()
    (workspace / "away").symlink_to(tmp_path / "elsewhere")
    (workspace / "asrun.toml").write_text(text)
    refused(workspace, "asrun.toml", *fragments)


@pytest.mark.parametrize("name", ["Desk-1", "1desk", "d" * 49, "服务台", "desk;drop", "de sk"])
def test_a_bad_name_of_a_process_is_refused(workspace: Path, name: str) -> None:
    (workspace / "processes" / "desk").rename(workspace / "processes" / name)
    refused(workspace, f"'{name}' is no name for a process", "small letters")


def test_all_files_are_told_of_at_once(workspace: Path) -> None:
    home = workspace / "processes" / "desk"
    write_yaml(home / "process.yaml", process_config(ownr="x"))
    write_yaml(home / "standards" / "2026-01-01" / "standard.yaml", standard_config(nots="x"))
    (workspace / "asrun.toml").write_text("titel = 5\n")
    write_process(workspace, "other")
    (workspace / "processes" / "other" / "process.yaml").unlink()
    refused(workspace, "'ownr'", "'nots'", "'titel'", "processes/other/process.yaml: can't be read")
