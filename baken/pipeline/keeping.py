"""Documents go: by age, by source, or at the request of a person."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from baken import schema
from baken.errors import UsageError
from baken.pipeline.stages import note_change
from baken.store.index import open_index
from baken.store.project import Project, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which documents to remove; the first of the three that is given decides."""

    source_id: str = ""
    account_id: str = ""
    collected_before: datetime | None = None


def purge_documents(project: Project, run: Run, selection: Selection) -> int:
    """Remove the selected documents, here and in the index; return how many there were.

    With a source or an age, its records in quarantine go too. Raises `UsageError` when nothing of
    the named source or account is kept.

    Texts, vectors, matches and findings are derived from the rest by the next run.
    """
    tables = project.tables
    columns = ["doc_id", "source_id", "account_id", "collected_at"]
    chosen: list[str] = []
    for batch in tables.batches(schema.DOCUMENTS, columns=columns):
        chosen += [row["doc_id"] for row in batch.to_pylist() if _is_selected(row, selection)]
    forgotten = 0
    if not selection.account_id:
        forgotten = project.ledger.forget_quarantined(
            origin=selection.source_id, before=selection.collected_before
        )
    if not chosen and not forgotten and selection.collected_before is None:
        raise UsageError(f"nothing of {selection.source_id or selection.account_id!r} is kept")
    for spec in (schema.ANNOTATIONS, schema.MEMBERS, schema.DOCUMENTS):
        tables.delete(spec, "doc_id", chosen)
    if chosen:
        _forget_sentences(project, set(chosen))
        note_change(project, run, "documents")
        with closing(open_index(project.config)) as index:
            index.delete("documents", chosen)
    project.ledger.record(
        "purge",
        documents=len(chosen),
        quarantined=forgotten,
        source_id=selection.source_id,
        account_id=selection.account_id,
        collected_before=selection.collected_before,
    )
    run.count("documents_removed", len(chosen))
    run.count("quarantined_removed", forgotten)
    return len(chosen)


def _forget_sentences(project: Project, doc_ids: set[str]) -> None:
    """Take the sentences of `doc_ids` out of the descriptions of narratives."""
    rows = project.tables.read(schema.LENS).to_pylist()
    for row in rows:
        kept = [
            (text, doc_id)
            for text, doc_id in zip(row["sentences"], row["doc_ids"], strict=True)
            if doc_id not in doc_ids
        ]
        row["sentences"] = [text for text, _ in kept]
        row["doc_ids"] = [doc_id for _, doc_id in kept]
    project.tables.replace(schema.LENS, schema.from_rows(rows, schema.LENS))


def _is_selected(row: dict[str, object], selection: Selection) -> bool:
    if selection.source_id:
        return row["source_id"] == selection.source_id
    if selection.account_id:
        return row["account_id"] == selection.account_id
    collected = row["collected_at"]
    before = selection.collected_before
    return before is not None and isinstance(collected, datetime) and collected < before
