"""One candidate narrative as people see it: its terms, labels, lineage and members."""

from __future__ import annotations

from typing import Any

from baken.errors import UsageError
from baken.schema import ANNOTATIONS, DOCUMENTS, LENS, LINEAGE, MEMBERS, NARRATIVES
from baken.store.project import Project
from baken.store.tables import where_in


def narrative(project: Project, narrative_id: str) -> dict[str, Any]:
    """The narrative with its `lens`, and its `lineage` and `members`, oldest first.

    Raises `UsageError` for an unknown id.
    """
    tables = project.tables
    only = where_in("narrative_id", [narrative_id])
    rows = tables.read(NARRATIVES, where=only).to_pylist()
    if not rows:
        raise UsageError(f"no narrative {narrative_id!r}: `baken narratives list` shows the ids")
    lineage = tables.read(LINEAGE, where=only).sort_by("at").to_pylist()
    members = tables.read(MEMBERS, where=only).to_pylist()
    described = _described(project, [member["doc_id"] for member in members])
    joined = [{**described.get(member["doc_id"], {}), **member} for member in members]
    joined.sort(key=lambda row: (str(row.get("published_at")), row["doc_id"]))
    lens = lens_of(project, narrative_id)
    return {**rows[0], "lens": lens, "lineage": lineage, "members": joined}


def lens_of(project: Project, narrative_id: str) -> list[dict[str, Any]]:
    """The labels of the narrative by taxonomy, the surest first; a correction counts at once."""
    corrected = {one.taxonomy: one for one in project.ledger.corrections(narrative_id)}
    stored = project.tables.read(LENS, where=where_in("narrative_id", [narrative_id])).to_pylist()
    rows = [row for row in stored if row["taxonomy"] not in corrected]
    sentences = {(row["taxonomy"], row["label"]): row for row in stored}
    for one in corrected.values():
        for label in one.labels:
            known = sentences.get((one.taxonomy, label), {"sentences": [], "doc_ids": []})
            given = {"narrative_id": narrative_id, "taxonomy": one.taxonomy, "label": label}
            rows.append({**known, **given, "confidence": 1.0, "origin": "person"})
    return sorted(rows, key=lambda row: (row["taxonomy"], -row["confidence"], row["label"]))


def _described(project: Project, doc_ids: list[str]) -> dict[str, dict[str, Any]]:
    if not doc_ids:
        return {}
    only = where_in("doc_id", doc_ids)
    columns = ["doc_id", "account_id", "source_id", "published_at", "title", "text", "url"]
    documents = project.tables.read(DOCUMENTS, columns=columns, where=only)
    languages = project.tables.read(ANNOTATIONS, columns=["doc_id", "language"], where=only)
    rows = documents.join(languages, "doc_id").to_pylist()
    return {row["doc_id"]: row for row in rows}
