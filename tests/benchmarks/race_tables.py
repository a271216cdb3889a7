"""The figures of aligning as tables."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.benchmarks.aligning import NEW_SHARE, PRECISION_VARIANTS, RaceResult

RACE_NOTE = (
    "Seconds of the work, without starting Python, reading the model or the log. 'whole' is encoding, automaton and "
    "moves, the median of five times; 'moves' is aligning alone; 'start' imports the compiled kernels. r4pm runs as it "
    "comes, on all cores; where it gave up the variants are listed. pm4py is its Dijkstra that needs less memory, on "
    "variants by chance until its time is up, taken in proportion to all variants (~). Costs are compared on every "
    f"variant that both solved. The second night aligns {NEW_SHARE:.0%} new variants. Precision is that of "
    f"{PRECISION_VARIANTS} variants by chance, alignments included."
)


def print_race(console: Console, result: RaceResult) -> None:
    """One race, party by party."""
    table = Table(
        title=f"{result.race.label}: {result.variants:,} variants, automaton of {result.states:,} states",
        title_justify="left",
    )
    table.add_column("party")
    for name in ("encoding", "automaton", "moves", "whole", "peak MB", "times asrun's whole"):
        table.add_column(name, justify="right")
    parts = result.ours.told["parts"]
    rows = [
        ("asrun", parts["encoding"], parts["automaton"], parts["moves"], result.whole, result.ours.peak_bytes, ""),
        (
            "r4pm",
            result.r4pm.told["parts"]["encoding"],
            None,
            result.r4pm_moves,
            result.r4pm_whole,
            result.r4pm.peak_bytes,
            "",
        ),
        (
            f"pm4py ({result.pm4py.told['aligned']:,} in {result.pm4py.seconds:,.0f} s)",
            None,
            None,
            None,
            result.pm4py_whole,
            result.pm4py.peak_bytes,
            "" if result.pm4py.told["aligned"] == result.variants else "~",
        ),
    ]
    for name, encoding, automaton, moves, whole, peak, sign in rows:
        table.add_row(
            name,
            *("" if value is None else f"{value:,.3f}" for value in (encoding, automaton, moves)),
            f"{sign}{whole:,.3f}",
            f"{peak / 1e6:,.0f}",
            f"{sign}{whole / result.whole:,.1f}",
        )
    console.print(table)
    told = [
        f"start {result.ours.told['start']:,.2f} s, first time {result.ours.told['first']:,.3f} s",
        f"moves {result.r4pm_moves / result.moves:,.1f} times as fast as r4pm's",
        f"different costs: {result.different}",
        f"unsolved by r4pm: {len(result.unsolved)} {list(result.unsolved[:20]) if result.unsolved else ''}".rstrip(),
        f"second night: {result.second_night.seconds:,.4f} s for {result.second_night.told['new']} new variants",
    ]
    if result.precision and result.precision_by_pm4py:
        told.append(
            f"precision {result.precision.told['precision']:.4f} in {result.precision.seconds:,.4f} s, pm4py's "
            f"{result.precision_by_pm4py.told['precision']:.4f} in {result.precision_by_pm4py.seconds:,.2f} s "
            f"({result.precision_by_pm4py.seconds / result.precision.seconds:,.0f} times)"
        )
    console.print("; ".join(told), highlight=False)


def print_races(console: Console, results: list[RaceResult]) -> None:
    """All races in a line each."""
    table = Table(title="aligning, side by side", title_justify="left")
    table.add_column("log and model")
    for name in ("asrun s", "r4pm s", "pm4py s", "moves x r4pm", "whole x r4pm", "whole x pm4py", "peak MB"):
        table.add_column(name, justify="right")
    for result in results:
        table.add_row(
            result.race.name,
            f"{result.whole:,.3f}",
            f"{result.r4pm_whole:,.3f}",
            f"{result.pm4py_whole:,.0f}",
            f"{result.r4pm_moves / result.moves:,.1f}",
            f"{result.r4pm_whole / result.whole:,.1f}",
            f"{result.pm4py_whole / result.whole:,.0f}",
            f"{result.ours.peak_bytes / 1e6:,.0f}",
        )
    console.print(table)
    console.print(RACE_NOTE, highlight=False)
