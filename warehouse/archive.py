"""The snapshots of earlier nights: kept beside the present one, thinned out with age, found by day."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from warehouse.copying import copy_file, sync_folder
from warehouse.errors import Problem, QuestionError, WarehouseError

_INSTANT = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Where earlier snapshots lie and how many stay: the last one of each of so many days and months.

    Days and months (of `time_zone`) without a publication are not counted. Both 0: none is kept.
    """

    folder: Path
    keep_days: int = 35
    keep_monthly: int = 24
    time_zone: str = "UTC"

    @property
    def keeps_any(self) -> bool:
        """Whether earlier snapshots are kept at all."""
        return self.keep_days > 0 or self.keep_monthly > 0


@dataclass(frozen=True, slots=True)
class KeptSnapshot:
    """A snapshot with the instant at which the night that published it began, and its size in bytes."""

    path: Path
    published_at: datetime
    size: int
    is_current: bool = False


def published_at(path: Path) -> datetime | None:
    """The instant of a snapshot's publication as it states it itself; None where it can't be read.

    Snapshots of before 0.3.0 state that of their last run.
    """
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            # the last row, not the latest instant: clocks are set back at times
            last = "SELECT arg_max(published_at, rowid) FROM publications"
            for sql in (last, "SELECT max(started_at) FROM runs"):
                with contextlib.suppress(duckdb.CatalogException):
                    row = connection.execute(f"SELECT epoch_us(x) FROM ({sql}) AS t(x)").fetchone()
                    if row is not None and row[0] is not None:
                        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row[0])
    except duckdb.Error:
        return None
    return None


def archived_snapshots(snapshot: Path, folder: Path) -> tuple[KeptSnapshot, ...]:
    """The earlier snapshots that are kept, oldest first, by their names alone."""
    name = re.compile(rf"{re.escape(snapshot.stem)}-(\d{{8}}T\d{{6}}\.\d{{6}}Z){re.escape(snapshot.suffix)}")
    found = []
    for entry in folder.iterdir() if folder.is_dir() else ():
        match = name.fullmatch(entry.name)
        with contextlib.suppress(ValueError, OSError):
            if match is not None:
                instant = datetime.strptime(match[1], _INSTANT).replace(tzinfo=UTC)
                found.append(KeptSnapshot(entry, instant, entry.stat().st_size))
    return tuple(sorted(found, key=lambda kept: kept.published_at))


def kept_snapshots(snapshot: Path, folder: Path) -> tuple[KeptSnapshot, ...]:
    """The earlier snapshots and the present one, oldest first."""
    kept = archived_snapshots(snapshot, folder)
    if not snapshot.is_file():
        return kept
    instant = published_at(snapshot) or _changed_at(snapshot)
    # a crash between keeping and replacing leaves the present one under both names
    others = tuple(each for each in kept if not each.path.samefile(snapshot))
    return (*others, KeptSnapshot(snapshot, instant, snapshot.stat().st_size, is_current=True))


def snapshot_of_day(snapshot: Path, folder: Path, day: date, *, time_zone: str) -> KeptSnapshot:
    """The snapshot that was in force at the end of a day: the last one published by then.

    Raises `QuestionError` where none that old is kept, and names the oldest.
    """
    kept = kept_snapshots(snapshot, folder)
    end = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)) + timedelta(days=1)
    chosen = [each for each in kept if each.published_at < end]
    if chosen:
        return max(chosen, key=lambda each: each.published_at)
    oldest = f"the oldest was published {_told(kept[0].published_at, time_zone)}" if kept else "there is none at all"
    raise QuestionError(
        Problem(
            f"no snapshot of {day.isoformat()} or before is kept; {oldest}.",
            str(folder),
            "`asrun snapshots` lists them; [snapshots] in asrun.toml says how many are kept.",
        )
    )


def keep_snapshot(snapshot: Path, settings: ArchiveSettings) -> Path | None:
    """Keep the present snapshot in the archive, before another takes its place; where it stands now.

    A second name for the same file where the file system allows that, else a copy; whole or not at all. None where
    there is none to keep. Raises `OSError`.
    """
    if not settings.keeps_any or not snapshot.is_file():
        return None
    settings.folder.mkdir(parents=True, exist_ok=True)
    incoming = settings.folder / f"{snapshot.name}.incoming"
    incoming.unlink(missing_ok=True)
    try:
        os.link(snapshot, incoming)
    except OSError:
        copy_file(snapshot, incoming)
    # read under the new name: a reader in this program may hold an older file open under the usual one
    instant = published_at(incoming) or _changed_at(incoming)
    target = settings.folder / f"{snapshot.stem}-{instant.strftime(_INSTANT)}{snapshot.suffix}"
    incoming.replace(target)
    # two names of one file are left both by a rename
    incoming.unlink(missing_ok=True)
    sync_folder(settings.folder)
    return target


def prune_archive(snapshot: Path, settings: ArchiveSettings) -> tuple[Path, ...]:
    """Remove the earlier snapshots that the settings no longer keep, and strays of a crash; what was removed.

    The present snapshot counts for its day and month. What can't be removed now is tried again the next time.
    """
    stays = {each.path for each in chosen_to_stay(kept_snapshots(snapshot, settings.folder), settings)}
    strays = [settings.folder / f"{snapshot.name}.incoming"]
    old = [each.path for each in archived_snapshots(snapshot, settings.folder) if each.path not in stays]
    removed = []
    for path in (*strays, *old):
        with contextlib.suppress(OSError):
            path.unlink()
            removed.append(path)
    return tuple(removed)


def chosen_to_stay(kept: tuple[KeptSnapshot, ...], settings: ArchiveSettings) -> tuple[KeptSnapshot, ...]:
    """Those of the snapshots that stay: the last of each of the latest days, the last of each of the latest months."""
    zone = ZoneInfo(settings.time_zone)
    last_of_day: dict[str, KeptSnapshot] = {}
    last_of_month: dict[str, KeptSnapshot] = {}
    for each in sorted(kept, key=lambda snapshot: snapshot.published_at):
        day = each.published_at.astimezone(zone).date().isoformat()
        last_of_day[day] = each
        last_of_month[day[:7]] = each
    days = [last_of_day[day] for day in sorted(last_of_day, reverse=True)[: settings.keep_days]]
    months = [last_of_month[month] for month in sorted(last_of_month, reverse=True)[: settings.keep_monthly]]
    return tuple({each.path: each for each in (*days, *months)}.values())


def archive_error(error: OSError, folder: Path) -> WarehouseError:
    """The error of a snapshot that could not be kept."""
    return WarehouseError(
        Problem(
            f"last night's snapshot could not be kept: {error.strerror or error}. It stays in place.",
            str(folder),
            "Mend that, or keep none: [snapshots] keep_days = 0, keep_monthly = 0 in asrun.toml. Then run again.",
        )
    )


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)


def _told(instant: datetime, time_zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M} ({time_zone})"
