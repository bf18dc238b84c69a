"""Documents come in: by crawling the register, or from files; always under an order."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from baken import schema
from baken.errors import UsageError
from baken.model import AccountKind, Source
from baken.pipeline.stages import note_change
from baken.protocols import Progress, silent
from baken.store.project import Project, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """Which files to import, and what their columns mean."""

    paths: tuple[Path, ...]
    mapping: Mapping[str, str]
    source_id: str
    platform: str
    account_kind: AccountKind = AccountKind.PERSON


def collect(
    project: Project, run: Run, *, only: Sequence[str] = (), progress: Progress = silent
) -> None:
    """Crawl the sources of the register (or those in `only`) under the order in force."""
    from baken.collectors import crawl, register

    today = datetime.now(UTC).date()
    order = project.ledger.order_in_force(today)
    sources = _chosen(register.load(project.config.path(project.config.project.sources)), only)
    due, expired = register.due(sources, today=today)
    if not sources:
        log.warning("no sources are registered: add one with `baken sources add URL`")
    for source in expired:
        run.issue("collect", source.source_id, f"its review date {source.review_by} has passed")
    log.info("collect: %d of %d sources are due", len(due), len(sources))
    known = project.tables.keys(schema.DOCUMENTS)
    _store_spool(project, run, known)
    result = crawl.crawl(
        due,
        order=order,
        config=project.config.collect,
        spool=project.spool,
        state=project.config.data / "feeds.json",
        evidence=project.config.data / "evidence",
        known_urls=_known_urls(project),
        progress=progress,
    )
    _store_spool(project, run, known)
    log.info("collect: %d pages of %d sources", result.pages, result.sources_up)
    down = {origin for origin, _ in result.issues}
    quiet = silent_sources(project, [source for source in due if source.source_id not in down])
    for origin, message in (*result.issues, *quiet):
        run.issue("collect", origin, message)
    run.summary["pages"] = result.pages
    run.summary["sources_up"] = result.sources_up
    run.summary["sources_down"] = result.sources_down


def silent_sources(project: Project, sources: Iterable[Source]) -> list[tuple[str, str]]:
    """The sources that gave less in a day than their `min_documents_per_day`, with what to do.

    A page that was rebuilt answers as before and holds nothing that is understood.
    """
    expected = {one.source_id: one.min_documents_per_day for one in sources}
    if not any(expected.values()):
        return []
    since = datetime.now(UTC) - timedelta(days=1)
    recent: Counter[str] = Counter()
    for batch in project.tables.batches(schema.DOCUMENTS, columns=["source_id", "collected_at"]):
        fresh = pc.greater_equal(batch.column("collected_at"), since)
        recent.update(batch.column("source_id").filter(fresh).to_pylist())
    return [
        (
            source_id,
            f"gave {recent[source_id]} new documents in a day where {least} are expected: see "
            "whether its pages or its feed have changed",
        )
        for source_id, least in sorted(expected.items())
        if recent[source_id] < least
    ]


def import_files(
    project: Project, run: Run, request: ImportRequest, *, progress: Progress = silent
) -> None:
    """Import files as documents under the order in force; a second import adds nothing twice."""
    from baken.collectors import imports

    now = datetime.now(UTC)
    order = project.ledger.order_in_force(now.date())
    known = project.tables.keys(schema.DOCUMENTS)
    project.ledger.record("import", source_id=request.source_id, platform=request.platform)
    batches = imports.import_files(
        request.paths,
        mapping=request.mapping,
        order=order,
        pseudonymise=project.pseudonymise,
        config=project.config.imports,
        source_id=request.source_id,
        account_kind=request.account_kind,
        platform=request.platform,
        collected_at=now,
        progress=progress,
    )
    run.count("documents_new", 0)
    rows = 0
    for batch in batches:
        _store_batch(project, run, batch, known)
        rows += batch.documents.num_rows + len(batch.quarantined)
    if not rows:
        log.warning("there are no rows in what was given: nothing was imported")


def _chosen(sources: Iterable[Source], only: Sequence[str]) -> list[Source]:
    by_id = {source.source_id: source for source in sources}
    unknown = sorted(set(only) - set(by_id))
    if unknown:
        raise UsageError(f"no source {unknown[0]!r}: `baken sources list` shows them")
    return [by_id[source_id] for source_id in (only or sorted(by_id))]


def _known_urls(project: Project) -> set[str]:
    known: set[str] = set()
    for batch in project.tables.batches(schema.DOCUMENTS, columns=["canonical_url"]):
        known.update(batch.column(0).drop_null().to_pylist())
    return known


def _store_spool(project: Project, run: Run, known: set[str]) -> None:
    from baken.collectors import crawl

    for batch in crawl.read_spool(project.spool):
        _store_batch(project, run, batch, known)
        if batch.site_traits.num_rows:
            _add_traits(project, run, batch.site_traits)
    crawl.clear_spool(project.spool)


def _store_batch(project: Project, run: Run, batch: Any, known: set[str]) -> None:
    added = project.tables.add_new(schema.DOCUMENTS, batch.documents, known)
    if added:
        note_change(project, run, "documents")
    run.count("documents_new", added)
    run.count("documents_known", batch.documents.num_rows - added)
    run.quarantine(list(batch.quarantined))


def _add_traits(project: Project, run: Run, fresh: pa.Table) -> None:
    spec = schema.SITE_TRAITS
    stored = project.tables.read(spec)
    # Later entries win, so that a trait keeps the time at which it was first seen.
    rows = {
        tuple(row[column] for column in spec.key): row
        for table in (fresh, stored)
        for row in table.to_pylist()
    }
    if len(rows) > stored.num_rows:
        project.tables.replace(spec, schema.from_rows(list(rows.values()), spec))
        note_change(project, run, "site_traits")
