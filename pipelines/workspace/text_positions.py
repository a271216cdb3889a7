"""YAML and TOML read with the line of every value, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import BadInput, Problem

LARGEST_FILE_BYTES = 2_000_000
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The content of one configuration file: `data` as plain values, `lines` from a value's path to its line."""

    path: Path
    name: str
    data: Any
    lines: Mapping[Location, int]

    def where(self, location: Location) -> str:
        """File and line of a value; of its nearest known parent where the value itself is missing."""
        for length in range(len(location), -1, -1):
            line = self.lines.get(location[:length])
            if line is not None:
                return f"{self.name}:{line}"
        return self.name


def read_text(path: Path, *, name: str) -> str:
    """The text of a configuration file, UTF-8; `BadInput` where it can't be read."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise BadInput(Problem(f"the file is larger than {LARGEST_FILE_BYTES} bytes.", name))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            Problem(f"not UTF-8 text: byte {error.start} can't be read.", name, "Save the file as UTF-8.")
        ) from error
    except OSError as error:
        raise BadInput(Problem(f"can't be read: {error.strerror}.", name)) from error


def read_yaml(path: Path, *, name: str) -> Document:
    """Read one YAML file. Aliases and repeated keys are refused: both hide what a reader believes to see."""
    text = read_text(path, name=name)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        raise BadInput(Problem(f"not valid YAML: {error.problem}.", place)) from error
    except yaml.YAMLError as error:
        raise BadInput(Problem(f"not valid YAML: {' '.join(str(error).split())}.", name)) from error
    except RecursionError as error:
        raise BadInput(Problem("nested too deeply to be a configuration.", name)) from error
    lines: dict[Location, int] = {(): 1}
    problems: list[Problem] = []
    seen: set[int] = set()
    loader = yaml.SafeLoader("")

    def build(node: yaml.Node | None, location: Location) -> Any:
        if node is None:
            return None
        line = node.start_mark.line + 1
        lines.setdefault(location, line)
        if id(node) in seen:
            problems.append(Problem("aliases (*name) are not read.", f"{name}:{line}", "Write the value out."))
            return None
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            result: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                try:
                    key = loader.construct_object(key_node) if isinstance(key_node, yaml.ScalarNode) else None
                except (yaml.YAMLError, ValueError):
                    # a merge key (<<) or a tag of its own
                    key = None
                if key is None:
                    problems.append(Problem("a key must be plain text.", f"{name}:{key_node.start_mark.line + 1}"))
                    continue
                if not isinstance(key, (str, int)):
                    key = str(key_node.value)
                if key in result:
                    problems.append(Problem(f"the key '{key}' stands twice.", f"{name}:{key_node.start_mark.line + 1}"))
                lines[(*location, key)] = key_node.start_mark.line + 1
                result[key] = build(value_node, (*location, key))
            return result
        if isinstance(node, yaml.SequenceNode):
            return [build(item, (*location, index)) for index, item in enumerate(node.value)]
        try:
            return loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            problems.append(Problem(f"the value can't be read: {error}.", f"{name}:{line}"))
            return None

    try:
        data = build(root, ())
    except RecursionError as error:
        raise BadInput(Problem("nested too deeply to be a configuration.", name)) from error
    if problems:
        raise BadInput(*dict.fromkeys(problems))
    return Document(path=path, name=name, data={} if data is None else data, lines=lines)


def read_toml(path: Path, *, name: str) -> Document:
    """Read one TOML file; lines are found by its table headers and keys."""
    text = read_text(path, name=name)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        place = f"{name}:{found.group(1)}" if found else name
        raise BadInput(Problem(f"not valid TOML: {error}.", place)) from error
    lines: dict[Location, int] = {(): 1}
    table: Location = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([\w.\-\"]+)\]", line)
        if header:
            table = tuple(part.strip('"') for part in header.group(1).split("."))
            lines[table] = number
            continue
        key = re.match(r"\s*([\w\-]+)\s*=", line)
        if key:
            lines[(*table, key.group(1))] = number
    return Document(path=path, name=name, data=data, lines=lines)
