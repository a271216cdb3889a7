"""Tables and queries of a snapshot as files for others: Parquet, CSV, Excel; streamed, each file whole or not at all.

CSV is read by spreadsheets, which take a text that begins with = + - @ (or a tab, a line break, or a full-width one
of them) for a formula: such texts get an apostrophe in front, numbers stay numbers. Excel files hold texts as texts,
marked so that editing a cell does not turn it into a formula. Instants: Parquet keeps them as instants in UTC; CSV
writes them in the time zone that is asked for, each with its offset; Excel knows no zones, so its sheets hold the clock
time of that zone and the sheet `about` names it.
"""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from warehouse.errors import Problem, QuestionError
from warehouse.reading.adhoc import check_question, failed_question, guarded
from warehouse.reading.batches import Batches
from warehouse.reading.snapshot import Snapshot
from warehouse.reading.workbook import Sheet, write_workbook
from warehouse.sql_step import quoted

ExportForm = Literal["parquet", "csv", "xlsx"]

_FORMS: dict[str, ExportForm] = {".parquet": "parquet", ".csv": "csv", ".xlsx": "xlsx"}
# what a spreadsheet would take for a formula; the full-width signs, too
_FORMULA = "^[=+\\-@\\t\\r\\n＝＋－＠]"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: its rows by table or query, and what a reader must know of it."""

    path: Path
    rows: tuple[tuple[str, int], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str  # of the file or sheet
    view: str  # of the session, with the rows
    columns: tuple[tuple[str, str], ...]


def export(
    snapshot_path: Path | str,
    wanted: Sequence[str],
    output: Path,
    *,
    form: ExportForm | None = None,
    time_zone: str = "UTC",
    force: bool = False,
) -> tuple[Exported, ...]:
    """Write tables (by name) and queries (by their text) of a snapshot to files; what was written.

    An `output` with a suffix is one file (several tables only into .xlsx, a sheet each), else a folder with a file a
    table. Memory stays small, whatever the size. Raises `QuestionError` for unknown tables, queries that fail, files
    that are there already (unless `force`), and rows beyond what a sheet of Excel takes; then nothing is written.
    """
    chosen = _form_of(output, form, len(wanted))
    with Snapshot(snapshot_path) as snapshot:
        connection = snapshot.connection()
        found = _wanted(connection, wanted)
        targets = [output] if output.suffix else [output / f"{each.name}.{chosen}" for each in found]
        _check_targets(targets, force=force)
        try:
            if not output.suffix:
                output.mkdir(parents=True, exist_ok=True)
            if chosen == "xlsx" and output.suffix:
                return (_workbook(connection, found, output, time_zone=time_zone),)
            return tuple(
                _workbook(connection, (each,), target, time_zone=time_zone)
                if chosen == "xlsx"
                else _file(connection, each, target, form=chosen, time_zone=time_zone)
                for each, target in zip(found, targets, strict=True)
            )
        except OSError as error:
            raise QuestionError(
                Problem(f"can't be written: {error.strerror or error}.", str(output), "Choose another path.")
            ) from error
        except (duckdb.Error, pa.ArrowException) as error:
            raise failed_question(error) from error


def _form_of(output: Path, form: ExportForm | None, count: int) -> ExportForm:
    by_suffix = _FORMS.get(output.suffix.lower())
    if output.suffix and by_suffix is None:
        raise QuestionError(
            Problem(f"suffix '{output.suffix}' names no form of a file.", str(output), "Use .parquet, .csv or .xlsx.")
        )
    if by_suffix is not None and form not in {None, by_suffix}:
        raise QuestionError(Problem(f"the file is named {output.name}, the form {form}.", str(output), "Choose one."))
    if by_suffix in {"parquet", "csv"} and count > 1:
        raise QuestionError(
            Problem(f"{count} tables don't go into one {output.suffix}.", str(output), "Name a folder, or an .xlsx.")
        )
    return by_suffix or form or "parquet"


def _check_targets(targets: Sequence[Path], *, force: bool) -> None:
    there = [target for target in targets if target.exists() and not force]
    if there:
        raise QuestionError(
            *(Problem("the file is there already.", str(target), "Give another name, or --force.") for target in there)
        )


def _wanted(connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> tuple[_Wanted, ...]:
    """Each table or query as a view of the session; all that is wrong at once."""
    known = [
        row[0]
        for row in connection.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'main' AND table_catalog = current_database() ORDER BY 1"
        ).fetchall()
    ]
    problems: list[Problem] = []
    found: list[_Wanted] = []
    for number, text in enumerate(wanted):
        view = f"exported_{number}"
        try:
            if text in known:
                name, query = text, f"FROM main.{quoted(text)}"
            elif re.search(r"\s", text.strip()):
                check_question(connection, text)
                name, query = ("query" if len(wanted) == 1 else f"query_{number + 1}"), text
            else:
                near = difflib.get_close_matches(text, known, n=1)
                todo = f"Did you mean '{near[0]}'?" if near else "See: asrun schema"
                problems.append(Problem(f"the snapshot has no table '{text}'.", "", todo))
                continue
            # as a view, so that a comment or a semicolon at the end of the query does no harm
            connection.execute(f"CREATE TEMP VIEW {view} AS {query}")
            described = connection.execute(f"DESCRIBE {view}").fetchall()
        except duckdb.Error as error:
            problems.extend(failed_question(error).problems)
        except QuestionError as error:
            problems.extend(error.problems)
        else:
            found.append(_Wanted(name, view, tuple((row[0], row[1]) for row in described)))
    if problems:
        raise QuestionError(*problems)
    return tuple(found)


def _file(
    connection: duckdb.DuckDBPyConnection, wanted: _Wanted, target: Path, *, form: ExportForm, time_zone: str
) -> Exported:
    counted = 0

    def write(temporary: Path) -> None:
        nonlocal counted
        if form == "parquet":
            reader = Batches(connection, f"FROM {wanted.view}")
            with pq.ParquetWriter(temporary, reader.schema, compression="zstd") as parquet:
                for batch in reader:
                    parquet.write_batch(batch)
                    counted += batch.num_rows
            return
        reader = Batches(connection, *_csv_query(wanted, time_zone))
        with temporary.open("wb") as stream:
            stream.write("\ufeff".encode())  # tells Excel that it is UTF-8
            with pacsv.CSVWriter(stream, reader.schema) as text:
                for batch in reader:
                    text.write_batch(batch)
                    counted += batch.num_rows

    _replace(target, write)
    has_instants = any(kind == "TIMESTAMP WITH TIME ZONE" for _, kind in wanted.columns)
    note = "instants in UTC" if form == "parquet" else f"instants on the clock of {time_zone}, with their offset"
    return Exported(target, ((wanted.name, counted),), (note,) if has_instants else ())


def _csv_query(wanted: _Wanted, time_zone: str) -> tuple[str, dict[str, str]]:
    columns = [f"{_csv_value(name, kind)} AS {quoted(guarded(name))}" for name, kind in wanted.columns]
    has_instants = any("$zone" in column for column in columns)
    return f"SELECT {', '.join(columns)} FROM {wanted.view}", {"zone": time_zone} if has_instants else {}


def _csv_value(name: str, kind: str) -> str:
    """A column as text that no spreadsheet takes for a formula; numbers and truth values as they are."""
    column = quoted(name)
    if kind in {"FLOAT", "DOUBLE"}:
        return f"CASE WHEN isfinite({column}) THEN {column} END"
    if kind == "BOOLEAN" or re.fullmatch(r"U?(TINY|SMALL|BIG)?INT(EGER)?", kind):
        return column
    if kind.startswith("DECIMAL") or kind in {"HUGEINT", "UHUGEINT"}:
        return f"CAST({column} AS VARCHAR)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        local = f"timezone($zone, {column})"
        minutes = f"((epoch_us({local}) - epoch_us({column})) // 60000000)"
        offset = (
            f"(CASE WHEN {minutes} < 0 THEN '-' ELSE '+' END || lpad(CAST(abs({minutes}) // 60 AS VARCHAR), 2, '0') "
            f"|| ':' || lpad(CAST(abs({minutes}) % 60 AS VARCHAR), 2, '0'))"
        )
        return f"CASE WHEN isfinite({column}) THEN CAST({local} AS VARCHAR) || {offset} END"
    text = {"VARCHAR": column, "BLOB": f"hex({column})"}.get(kind)
    if text is None:
        is_nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "JSON"))
        text = f"CAST(to_json({column}) AS VARCHAR)" if is_nested else f"CAST({column} AS VARCHAR)"
    return f"CASE WHEN regexp_matches({text}, '{_FORMULA}') THEN '''' || {text} ELSE {text} END"


def _workbook(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[_Wanted], target: Path, *, time_zone: str
) -> Exported:
    published = _published(connection)
    sheets = [
        Sheet(
            each.name,
            tuple(name for name, _ in each.columns),
            lambda each=each: Batches(connection, f"FROM {each.view}"),  # type: ignore[misc]
        )
        for each in wanted
    ]
    done: list[tuple[tuple[str, int], ...]] = []
    notes: list[str] = [f"instants on the clock of {time_zone}"]

    def write(temporary: Path) -> None:
        counts, cut = write_workbook(temporary, sheets, time_zone=time_zone, published=published)
        done.append(counts)
        if cut:
            notes.append(f"{cut:,} cells longer than Excel takes are cut, and end in …")

    _replace(target, write)
    return Exported(target, done[0], tuple(notes))


def _published(connection: duckdb.DuckDBPyConnection) -> str:
    try:
        row = connection.execute(
            "SELECT strftime(max(published_at), '%Y-%m-%d %H:%M UTC') FROM publications"
        ).fetchone()
    except duckdb.CatalogException:
        return ""
    return str(row[0] or "") if row else ""


def _replace(target: Path, write: Callable[[Path], None]) -> None:
    """Let a file be written beside the target, in a folder of its own, and take the target's place when it is whole."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.stem}-") as folder:
        temporary = Path(folder) / target.name
        write(temporary)
        temporary.chmod(0o644)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
