"""Where each column of a content goes: the catalogue of a source's landed columns, and what becomes of misfits."""

from __future__ import annotations

from warehouse.errors import Problem, WarehouseError
from warehouse.landing.content import LoadOrigin
from warehouse.landing.drift import AS_TEXT, DriftRule, LandedColumn, Settled, lost_columns, misfit, refuse_retyped
from warehouse.landing.reading import Incoming
from warehouse.landing.shielding import make_text
from warehouse.sql_step import composed_step, quoted
from warehouse.store import Store


def settle(
    store: Store, source_no: int, incoming: Incoming, origin: LoadOrigin, drift: DriftRule | None
) -> tuple[Incoming, Settled]:
    """Where each column of a content goes; new ones are added to the catalogue and the table.

    A column whose values no longer fit its landed type is kept as text in a column of its own. Gives the content back:
    where values must be looked at first, as a temporary table, because some can be read only once.
    """
    known = {
        name: (number, kind)
        for number, name, kind in store.fetch_sql(
            "landing/columns",
            "SELECT column_no, name, type FROM landing_columns WHERE source_no = $source_no ORDER BY column_no",
            source_no=source_no,
        )
    }
    for name, _, landed in incoming.columns:
        number, kind = known.get(name, (0, landed))
        if landed == "VARCHAR" != kind and origin.protection is not None and origin.protection.rule_of(name):
            make_text(store, source_no, number, kind)
            known[name] = (number, "VARCHAR")
    present = [name for name, _, _ in incoming.columns]
    missing = [name for name in origin.key if name not in present]
    if missing and not any(name in known for name in missing):
        raise WarehouseError(Problem(f"the key column {', '.join(missing)} is not in the content.", origin.locator))
    lost = lost_columns(drift, present, known, origin) if drift is not None else ()
    if missing and not set(missing) <= set(lost):
        raise WarehouseError(Problem(f"the key column {', '.join(missing)} is not in the content.", origin.locator))
    had_columns = bool(known)
    doubtful = [
        (name, landed)
        for name, _, landed in incoming.columns
        if known.get(name, (0, landed))[1] not in {landed, "VARCHAR"}
    ]
    retyped: dict[str, int] = {}
    notes = []
    if doubtful:
        incoming = _kept(store, incoming)
        misfits = _misfits(store, incoming, doubtful, known)
        refuse_retyped(misfits, drift, origin)
        for name, (kind, _, rows, _) in misfits.items():
            text = name + AS_TEXT
            retyped[name] = known[text][0] if text in known else _add_column(store, source_no, known, text, "VARCHAR")
            notes.append(
                f"in the column '{name}' of source {origin.source} {rows:,} values are no {kind}; kept as '{text}'"
            )
    columns: list[LandedColumn] = []
    for name, expression, landed in incoming.columns:
        if name not in known:
            _add_column(store, source_no, known, name, landed)
            if had_columns:
                notes.append(
                    f"new column '{name}' in source {origin.source}, kept; list it under attributes to publish it"
                )
        number, kind = known[name]
        if name not in retyped:
            columns.append(LandedColumn(name, number, kind, f"CAST({expression} AS {kind})"))
            continue
        wrong = misfit(expression, landed, kind)
        columns.append(
            LandedColumn(name, number, kind, f"CASE WHEN NOT {wrong} THEN TRY_CAST({expression} AS {kind}) END")
        )
        text_of = f"CASE WHEN {wrong} THEN CAST({expression} AS VARCHAR) END"
        columns.append(LandedColumn(name + AS_TEXT, retyped[name], "VARCHAR", text_of))
    holding = () if drift is None else tuple((n, c) for n, c in retyped.items() if n in drift.mapped)
    # the rows of a lost column are held: the column counts as brought, or the mapping would find none of that name
    lost_here = tuple(LandedColumn(name, known[name][0], known[name][1], "NULL") for name in lost)
    return incoming, Settled(columns=(*columns, *lost_here), lost=lost, retyped=holding, notes=tuple(notes))


def _add_column(store: Store, source_no: int, known: dict[str, tuple[int, str]], name: str, landed: str) -> int:
    number = len(known)
    known[name] = (number, landed)
    store.run_step(
        composed_step(
            "landing/add_column",
            "INSERT INTO landing_columns VALUES ($source_no, $number, $name, $landed)",
        ),
        {"source_no": source_no, "number": number, "name": name, "landed": landed},
    )
    store.run_step(composed_step("landing/widen", f"ALTER TABLE rows_{source_no} ADD COLUMN c{number} {landed}"))
    return number


def _kept(store: Store, incoming: Incoming) -> Incoming:
    """The content as a temporary table, its columns typed as they would be landed."""
    chosen = ", ".join(f"{expression} AS v{index}" for index, (_, expression, _) in enumerate(incoming.columns))
    sql = (
        f"CREATE OR REPLACE TEMP TABLE incoming_kept AS "
        f"SELECT {quoted(incoming.number)} AS row_number, {chosen} FROM ({incoming.relation}) "
        f"WHERE {incoming.condition}"
    )
    store.run_step(composed_step("landing/keep", sql), incoming.values)
    return Incoming(
        relation="SELECT * FROM temp.incoming_kept",
        columns=tuple((name, f"v{index}", landed) for index, (name, _, landed) in enumerate(incoming.columns)),
        values={},
    )


def _misfits(
    store: Store, incoming: Incoming, doubtful: list[tuple[str, str]], known: dict[str, tuple[int, str]]
) -> dict[str, tuple[str, str, int, str | None]]:
    """Columns with values that don't fit: name -> (landed type, incoming type, rows, an example)."""
    expressions = {name: expression for name, expression, _ in incoming.columns}
    found = {}
    for name, landed in doubtful:
        kind, expression = known[name][1], expressions[name]
        rows, example = store.fetch_sql(
            "landing/misfits",
            f"""
            SELECT count(*), CAST(first({expression} ORDER BY row_number) AS VARCHAR)
            FROM ({incoming.relation}) WHERE {misfit(expression, landed, kind)}
            """,
        )[0]
        if rows:
            found[name] = (kind, landed, int(rows), example)
    return found
