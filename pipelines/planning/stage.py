"""What a plan consists of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from pipelines.errors import Problem
from pipelines.sources.hashing import FileStamp
from pipelines.sources.locating import LocatedFile
from warehouse.specification import Interval

StageName = Literal["pull", "gates", "shape", "discover", "judge", "hotspots", "publish", "report"]

PROCESS_STAGES: tuple[StageName, ...] = ("pull", "gates", "shape", "discover", "judge", "hotspots")
# what each stage of a process is made from, by stage
MADE_FROM: Mapping[StageName, tuple[StageName, ...]] = {
    "pull": (),
    "gates": ("pull",),
    "shape": ("pull", "gates"),
    "discover": ("shape",),
    "judge": ("shape",),
    "hotspots": ("shape", "judge"),
}
# what --stage may name; pull compares what the sources deliver by itself, and gates ask a load once
CHOOSABLE: tuple[StageName, ...] = ("shape", "discover", "judge", "hotspots", "publish", "report")
WHOLE = ""  # the process name of stages that are about the whole workspace


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source with the sha256 of its bytes and a fingerprint of how it is read.

    `stamp`: what the file system said of it before it was hashed, to tell whether it has changed since.
    """

    source: str
    located: LocatedFile
    content_hash: str
    reading: str
    stamp: FileStamp | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One piece of work: what, for which process, why, and what its results will have been made from.

    `process` is empty for publish and report. `files` are all files of the process (stage pull only). `anew`: what
    earlier nights kept isn't used. `interval`: pull asks live sources for it again, shape derives its cases anew.
    """

    process: str
    name: StageName
    reason: str
    fingerprint: str
    files: tuple[SourceFile, ...] = ()
    anew: bool = False
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A process that can't be planned, with all that is wrong."""

    process: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do, in order. `as_of` None: up to the latest event of each process.

    `is_publish_due`: something stands in the mart that was not published yet, whatever becomes of this run.
    `notes` are what an operator should know besides, each a sentence.
    """

    as_of: datetime | None
    processes: tuple[str, ...]
    stages: tuple[Stage, ...]
    refusals: tuple[Refusal, ...] = ()
    is_publish_due: bool = False
    notes: tuple[str, ...] = ()

    def of(self, process: str) -> tuple[Stage, ...]:
        """The stages of one process, in order."""
        return tuple(stage for stage in self.stages if stage.process == process)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.stages and not self.refusals


def digest(value: object) -> str:
    """A short sha256 over the text form of frozen, ordered values."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def fingerprint(components: Mapping[str, object]) -> str:
    """A fingerprint that can tell what changed: name=digest pairs, sorted by name; see reasons.py."""
    return " ".join(f"{quote(name, safe='/')}={digest(value)}" for name, value in sorted(components.items()))
