"""Publish and report: the snapshot swapped in, and the pages built from it."""

from __future__ import annotations

from pipelines.report.people import names_of
from pipelines.report.write import remove_stray_pages, write_reports
from pipelines.stages.outcome import Night, StageOutcome
from pipelines.store_settings import archive_settings, store_settings
from warehouse.landing.loads import generation
from warehouse.landing.removing import due_rewritings
from warehouse.mart.dictionaries import prune_names
from warehouse.mart.forgotten import publish_forgotten
from warehouse.mart.ledger import record_publication, set_generation
from warehouse.mart.macros import make_macros
from warehouse.mart.restore import restore_process, unfinished_processes
from warehouse.publish import publish_snapshot
from warehouse.rewriting import write_afresh
from warehouse.store import Store


def publish(night: Night) -> StageOutcome:
    """Swap in the new snapshot; processes that are half-way stay as they were published."""
    settings = store_settings(night.workspace)
    snapshot = night.workspace.path(night.workspace.settings.warehouse.snapshot)
    with Store(settings) as store:
        # a process that a power cut or a kill left half-way, and that this run did not make whole
        for process in unfinished_processes(store, [process.name for process in night.workspace.processes]):
            restore_process(store, process, snapshot)
        with store.transaction("mart"):
            make_macros(store.connection)
            if any(process.file.retention.cases is not None for process in night.workspace.processes):
                # names that only cases used which were too old; no sooner, for judging still has to find their findings
                prune_names(store.connection, "mart")
        record_publication(store, run_id=night.run_id, published_at=night.started_at)
        set_generation(store, generation(store))
        publish_forgotten(store)
        due = due_rewritings(store)
    if due:
        write_afresh(settings)
    size = publish_snapshot(settings.mart, snapshot, archive=archive_settings(night.workspace))
    return StageOutcome(rows=0, note=f"{size / 1e6:,.1f} MB")


def report(night: Night) -> StageOutcome:
    """Write the pages from the snapshot alone."""
    settings = night.workspace.settings
    remove_stray_pages(night.workspace.path(settings.report.folder))
    pages = write_reports(
        night.workspace.path(settings.warehouse.snapshot),
        night.workspace.path(settings.report.folder),
        languages=settings.languages,
        names=settings.report.names,
        names_of=names_of(night.workspace),
    )
    return StageOutcome(rows=len(pages), note=f"{len(pages)} pages")
