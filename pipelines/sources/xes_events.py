"""The events of an XES log as Arrow batches, read as a stream.

Written here because a converter that turns `True` into false, `x7` into 0 and a log cut in half into a shorter log,
all without a word, can't stand at the door of a warehouse that promises to drop nothing in silence.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from pipelines.errors import BadInput, Problem
from pipelines.sources.csv_dialect import unique_names

_BATCH_EVENTS = 50_000
_PROLOGUE_BYTES = 1 << 20
_FIRST = (
    "case:concept:name",
    "concept:name",
    "time:timestamp",
    "start_timestamp",
    "lifecycle:transition",
    "concept:instance",
    "org:resource",
    "org:role",
    "org:group",
)
_CASE, _EVENT = "case", "event"
_CASTS: dict[str, tuple[pa.DataType, ...]] = {
    "date": (pa.timestamp("us", tz="UTC"), pa.timestamp("us")),
    "int": (pa.int64(),),
    "float": (pa.float64(),),
    "boolean": (pa.bool_(),),
}

Column: TypeAlias = tuple[str, str]  # scope (case or event), key
Text: TypeAlias = "pa.Array[Any]"


@dataclass(frozen=True, slots=True, kw_only=True)
class XesEvents:
    """The events of a log in the order of the file, one row each.

    `reader` yields them once. `notes` say in plain words what of the log has no place in such a table.
    """

    reader: pa.RecordBatchReader
    rows: int
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Spool:
    """What was seen so far: columns with the types that still fit all their values.

    `plain`: by tag and key, the columns of event attributes with a value of a kind that was seen there before.
    """

    fitting: dict[Column, list[pa.DataType]] = field(default_factory=dict)
    kinds: dict[Column, set[str]] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    plain: dict[tuple[object, str | None], Column] = field(default_factory=dict)


def read_xes(chunks: Iterable[bytes], *, spool: Path, where: str, stop_after: int | None = None) -> XesEvents:
    """Return the events of the XES log whose unpacked bytes are `chunks` (IEEE 1849-2023, section 5).

    A row per event of a trace; attributes of the trace come as `case:<key>`, as pm4py names them. Columns come in a
    fixed order: case id, activity, instants, lifecycle, organisation, then the other attributes of events by name,
    then those of cases by name; names made unique by `unique_names`. A column has the type that the log declares for
    it where every value is of that type: date (UTC where all have an offset, without a zone where none has), int,
    float, boolean (true, True, 1 ...). Else it is text, each value as it stands in the file. Lists and containers
    are JSON text. Defaults of `global` are not filled in: they were not observed.

    `spool` is a file that is written meanwhile and read by the result: one trace and one batch are in memory.
    `stop_after` ends the reading once that many events were found.

    Raises BadInput: not XML, not XES, cut off (with the line), or with a document type declaration.
    """
    found = _Spool()
    traces = _traces(chunks, where=where, notes=found.notes)
    with pa.OSFile(str(spool), "wb") as sink:
        rows: list[dict[Column, str | None]] = []
        for trace in traces:
            rows.extend(_rows_of(trace, found))
            if len(rows) >= _BATCH_EVENTS:
                _spill(rows, sink, found)
                rows = []
            if stop_after is not None and found.rows + len(rows) >= stop_after:
                break
        if rows:
            _spill(rows, sink, found)
    if not found.rows:
        raise BadInput(Problem("the log holds no events.", where=where, todo="Check the export that wrote it."))
    columns = sorted(found.fitting, key=_place)
    names = unique_names([f"case:{key}" if scope == _CASE else key for scope, key in columns])
    types = [found.fitting[column][0] if found.fitting[column] else pa.string() for column in columns]
    schema = pa.schema(list(zip(names, types, strict=True)))
    reader = pa.RecordBatchReader.from_batches(schema, _batches(spool, columns, schema))
    return XesEvents(reader=reader, rows=found.rows, notes=_told(found.notes))


def _place(column: Column) -> tuple[int, int, str]:
    scope, key = column
    name = f"case:{key}" if scope == _CASE else key
    first = _FIRST.index(name) if name in _FIRST else len(_FIRST)
    return first, int(scope == _CASE), name


def _told(notes: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{count:,} x {note}" for note, count in sorted(notes.items()))


# Reading


def _traces(chunks: Iterable[bytes], *, where: str, notes: Counter[str]) -> Iterator[etree._Element]:
    """Yield each trace element, whole; it is emptied as soon as the next one is asked for."""
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}trace", "{*}event"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    head: bytes | None = b""
    try:
        for chunk in chunks:
            if head is not None:
                head += chunk
                if len(head) < _PROLOGUE_BYTES:
                    continue
                chunk, head = head, None  # noqa: PLW2901
                _check_prologue(chunk, where)
            parser.feed(chunk)
            yield from _ended(parser, notes)
        if head is not None:
            _check_prologue(head, where)
            parser.feed(head)
            yield from _ended(parser, notes)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise BadInput(
            Problem(
                f"the XML can't be read: {' '.join(str(error.msg).split())}.",
                where=f"{where}, line {error.lineno:,}",
                todo="Copy or export the log again; nothing of it was taken in.",
            )
        ) from error


def _ended(parser: etree.XMLPullParser, notes: Counter[str]) -> Iterator[etree._Element]:
    for _, element in cast("Iterator[tuple[str, etree._Element]]", parser.read_events()):
        parent = element.getparent()
        if _local(element.tag) == "event":
            if parent is not None and _local(parent.tag) == "log":
                notes["events outside any trace, not taken in: they belong to no case"] += 1
                _forget(element, parent)
            continue
        yield element
        if parent is not None:
            _forget(element, parent)


def _forget(element: etree._Element, parent: etree._Element) -> None:
    element.clear()
    while element.getprevious() is not None:
        del parent[0]


def _check_prologue(head: bytes, where: str) -> None:
    """Refuse what is not an XES log, and any document type declaration, before the log is parsed."""
    plain = head.replace(b"\0", b"")
    start = plain[: plain.find(b"<log")] if b"<log" in plain else plain
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise BadInput(_declares(where))
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    problem = ""
    try:
        parser.feed(head)
    except etree.XMLSyntaxError as error:
        problem = str(error.msg)
    root: etree._Element | None = None
    for _, element in cast("Iterator[tuple[str, etree._Element]]", parser.read_events()):
        root = element
        break
    if root is None:
        raise BadInput(
            Problem(
                f"this is not XML{f': {problem}' if problem else ''}.",
                where=where,
                todo="Check the export that wrote it; expected is an XES log.",
            )
        )
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadInput(_declares(where))
    if _local(root.tag) != "log":
        raise BadInput(
            Problem(
                f"this XML is <{_local(root.tag)}>, not an XES <log>.",
                where=where,
                todo="Name the XES log; drawings belong to standards/.",
            )
        )


def _declares(where: str) -> Problem:
    return Problem(
        "the log declares a document type or entities; they are refused, since they can stand for any amount of text.",
        where=where,
        todo="Take the <!DOCTYPE ...> out; XES needs none.",
    )


_LOCAL: dict[str, str] = {}


def _local(tag: object) -> str:
    text = str(tag)
    found = _LOCAL.get(text)
    if found is None:
        found = text.rsplit("}", 1)[-1]
        if len(_LOCAL) < 1000:
            _LOCAL[text] = found
    return found


# From elements to rows


def _rows_of(trace: etree._Element, found: _Spool) -> Iterator[dict[Column, str | None]]:
    case: dict[Column, str | None] = {}
    events: list[etree._Element] = []
    for child in trace:
        if _local(child.tag) == "event":
            events.append(child)
        else:
            _take(child, _CASE, case, found)
    if not events:
        found.notes["traces without an event: they have no row"] += 1
    plain = found.plain
    for event in events:
        row = dict(case)
        for attribute in event:
            # Nearly every attribute is one that was seen before: these four lines are where the time goes.
            column = plain.get((attribute.tag, attribute.get("key")))
            if column is None or len(attribute):
                _take(attribute, _EVENT, row, found)
            else:
                row[column] = attribute.get("value")
        yield row


def _take(attribute: etree._Element, scope: str, row: dict[Column, str | None], found: _Spool) -> None:
    key = attribute.get("key")
    if key is None:
        found.notes["attributes without a key, not taken in"] += 1
        return
    column = (scope, key)
    kind = _local(attribute.tag)
    if kind in {"list", "container"}:
        value: str | None = json.dumps(_nested(attribute), ensure_ascii=False)
    else:
        value = attribute.get("value")
        if len(attribute):
            found.notes[f"attributes of the attribute {key!r}, not taken in"] += len(attribute)
    row[column] = value
    kinds = found.kinds.get(column)
    if kinds is None:
        found.kinds[column] = {kind}
        found.fitting[column] = list(_CASTS.get(kind, ()))
    elif kind not in kinds:
        kinds.add(kind)
        found.fitting[column] = [pa.float64()] if kinds == {"int", "float"} else []
    if scope == _EVENT and kind not in {"list", "container"}:
        found.plain[attribute.tag, key] = column


def _nested(attribute: etree._Element) -> list[dict[str, object]]:
    # Two levels, as lists of the standard have them (list > values > attributes); deeper ones keep their text only.
    return [
        {"key": child.get("key"), "value": child.get("value")}
        for child in attribute.iterdescendants()
        if child.get("key") is not None
    ]


# From rows to typed batches


def _spill(rows: list[dict[Column, str | None]], sink: pa.OSFile, found: _Spool) -> None:
    columns = [column for column in found.fitting if any(column in row for row in rows)]
    arrays = [pa.array([row.get(column) for row in rows], pa.string()) for column in columns]
    for column, array in zip(columns, arrays, strict=True):
        found.fitting[column] = [kind for kind in found.fitting[column] if _cast(array, kind) is not None]
    names = [json.dumps(column) for column in columns]
    batch = pa.RecordBatch.from_arrays(arrays, names=names)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    found.rows += len(rows)


def _batches(spool: Path, columns: list[Column], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    wanted = [json.dumps(column) for column in columns]
    with pa.OSFile(str(spool), "rb") as source:
        while source.tell() < source.size():
            with pa.ipc.open_stream(source) as stream:
                batch = stream.read_next_batch()
                arrays: list[pa.Array[Any]] = []
                for name, kind in zip(wanted, schema.types, strict=True):
                    index = batch.schema.get_field_index(name)
                    text = pa.nulls(batch.num_rows, pa.string()) if index < 0 else batch.column(index)
                    arrays.append(text if pa.types.is_string(kind) else cast("pa.Array[Any]", _cast(text, kind)))
                for _ in stream:
                    pass
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cast(text: Text, kind: pa.DataType) -> pa.Array[Any] | None:
    """Return the column as that type, or None where a value is not of it."""
    try:
        if pa.types.is_boolean(kind):
            return _booleans(text)
        trimmed = pc.utf8_trim_whitespace(text)
        if pa.types.is_timestamp(kind):
            # Arrow refuses digits below its unit; microseconds are what the warehouse keeps.
            trimmed = pc.replace_substring_regex(trimmed, r"(\.\d{6})\d+", r"\1")
        return cast("pa.Array[Any]", pc.cast(trimmed, kind))
    except pa.ArrowInvalid:
        return None


def _booleans(text: Text) -> pa.Array[Any] | None:
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(text))
    yes = pc.is_in(lower, pa.array(["true", "1"]))
    no = pc.is_in(lower, pa.array(["false", "0"]))
    known = pc.or_(pc.or_(yes, no), pc.is_null(text))
    if not pc.all(known).as_py():
        return None
    return cast("pa.Array[Any]", pc.if_else(pc.is_null(text), pa.scalar(None, pa.bool_()), yes))
