"""The figures as tables."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.benchmarks.comparing import BESIDE, LogResult, UsualWay
from tests.benchmarks.measuring import Measured
from tests.benchmarks.nights import NightsResult

NOTE = (
    "Seconds are those of the work, without starting Python; peaks are of the whole process of a stage. "
    "'x sort' is the time beside a bare sort of the same rows into a table on disk, with the same threads and "
    "memory. pm4py runs on pandas; its seconds at another number of events are in proportion to the events (~: "
    "extrapolated), those of alignments to the variants, which the replicas share with the log. "
    "'faster' is events per second of asrun over events per second of pm4py."
)


def print_nights(console: Console, results: list[NightsResult]) -> None:
    """A line for each size: the full night and the small ones, beside the bare work."""
    table = Table(title="Nights at scale (replicas of road_fines; labelled, not real logs)", title_justify="left")
    names = "events|bare s|full s|x bare|peak MB|disk MB|latest 1% s|% of full|spread 1% s|% of full|peak MB|disk MB"
    for name in names.split("|"):
        table.add_column(name, justify="right")
    for one in results:
        table.add_row(
            f"{one.events:,}",
            f"{one.bare.seconds:,.1f}",
            f"{one.full.seconds:,.1f}",
            f"{one.full_ratio:,.1f}",
            f"{one.full.peak_bytes / 1e6:,.0f}",
            f"{one.full.told['bytes'] / 1e6:,.0f}",
            f"{one.latest.seconds:,.1f}",
            f"{one.share(one.latest):.1%}",
            f"{one.spread.seconds:,.1f}",
            f"{one.share(one.spread):.1%}",
            f"{max(one.latest.peak_bytes, one.spread.peak_bytes) / 1e6:,.0f}",
            f"{one.spread.told['bytes'] / 1e6:,.0f}",
        )
    console.print(table)
    for one in results:
        for what, measured in (("full", one.full), ("latest 1%", one.latest), ("spread 1%", one.spread)):
            stages = ", ".join(f"{name} {seconds:,.1f}" for name, seconds in measured.told["stages"].items())
            console.print(f"{one.events:,} events, {what} night: {stages}", highlight=False, soft_wrap=True)


def print_log(console: Console, result: LogResult) -> None:
    """Stage by stage, with the bare work below."""
    table = Table(title=f"{result.log.label}: {result.log.events:,} events", title_justify="left")
    table.add_column("stage")
    for name in ("seconds", "peak MB", "x sort", "events/s"):
        table.add_column(name, justify="right")
    table.add_column("what it did", overflow="fold")

    def row(name: str, measured: Measured, note: str = "") -> None:
        _row(table, result, name, measured.seconds, measured.peak_bytes, note)

    for name, measured in result.stages.items():
        row(name, measured, measured.told.get("note", ""))
    table.add_section()
    _row(table, result, "the night", result.night_seconds, result.night_peak, "all stages; the highest peak")
    row("plan", result.plan, "mostly the hash of the source")
    table.add_section()
    row("bare scan", result.scan, "every value of the Parquet file read once")
    row("bare sort", result.sort, "ORDER BY case, instant into a table on disk")
    console.print(table)


def _row(table: Table, result: LogResult, name: str, seconds: float, peak: int, note: str) -> None:
    table.add_row(
        name,
        f"{seconds:,.2f}",
        f"{peak / 1e6:,.0f}",
        f"{seconds / result.sort.seconds:,.1f}",
        f"{result.log.events / seconds:,.0f}" if seconds else "",
        note,
    )


def print_usual_way(console: Console, result: LogResult, usual: UsualWay) -> None:
    """The night beside pm4py, at the number of events of the night."""
    events = result.log.events
    mark = "" if usual.events == events else "~"
    table = Table(
        title=f"{result.log.label} beside pm4py on pandas (measured at {usual.events:,} events)", title_justify="left"
    )
    table.add_column("work")
    for name in ("asrun s", "asrun MB", "pm4py s", "pm4py MB", "faster"):
        table.add_column(name, justify="right")
    for name, stages, parts in BESIDE:
        ours, theirs = result.seconds_of(stages), usual.seconds_for(parts, events)
        peak = max(result.stages[stage].peak_bytes for stage in stages)
        what = f"{name}: {', '.join(stages)} | {', '.join(parts)}"
        sign = "" if parts == ("alignments",) else mark
        table.add_row(what, f"{ours:,.2f}", f"{peak / 1e6:,.0f}", f"{sign}{theirs:,.2f}", "", f"{theirs / ours:,.1f} x")
    table.add_row(
        f"alignments alone, {usual.alignments.told['variants']} variants, equal costs",
        f"{usual.core_alignments.seconds:,.3f}",
        f"{usual.core_alignments.peak_bytes / 1e6:,.0f}",
        f"{usual.alignments.seconds:,.3f}",
        f"{usual.alignments.peak_bytes / 1e6:,.0f}",
        f"{usual.alignments.seconds / usual.core_alignments.seconds:,.1f} x",
    )
    table.add_section()
    theirs = usual.seconds_for(tuple(usual.parts), events)
    table.add_row(
        "the whole night (also discovers, publishes, reports)",
        f"{result.night_seconds:,.2f}",
        f"{result.night_peak / 1e6:,.0f}",
        f"{mark}{theirs:,.2f}",
        f"{mark}{usual.peak_bytes * events / usual.events / 1e6:,.0f}",
        f"{theirs / result.night_seconds:,.1f} x",
    )
    console.print(table)


def print_parts(console: Console, usual: UsualWay) -> None:
    """What pm4py took, as measured."""
    table = Table(title=f"pm4py on pandas, {usual.log.label}: {usual.events:,} events", title_justify="left")
    table.add_column("part")
    table.add_column("seconds", justify="right")
    for name, seconds in usual.parts.items():
        many = f" of {usual.alignments.told['variants']} variants" if name == "alignments" else ""
        table.add_row(f"{name}{many}", f"{seconds:,.2f}")
    table.add_section()
    table.add_row(f"together; peak {usual.peak_bytes / 1e6:,.0f} MB", f"{usual.seconds:,.2f}")
    console.print(table)


def print_steps(console: Console, result: LogResult, limit: int) -> None:
    """The steps that took the most time."""
    steps = [
        (seconds, stage, name, times)
        for stage, measured in result.stages.items()
        for name, seconds, times in measured.told.get("steps", [])
    ]
    table = Table(title=f"{result.log.label}: the {limit} slowest SQL steps", title_justify="left")
    table.add_column("stage")
    table.add_column("step", overflow="fold")
    table.add_column("seconds", justify="right")
    table.add_column("runs", justify="right")
    for seconds, stage, name, times in sorted(steps, reverse=True)[:limit]:
        table.add_row(stage, name, f"{seconds:,.2f}", str(times))
    console.print(table)
