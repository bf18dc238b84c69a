"""One candidate narrative as people see it: its terms, its lineage and its members."""

from __future__ import annotations

from typing import Any

from baken.errors import UsageError
from baken.schema import ANNOTATIONS, DOCUMENTS, LINEAGE, MEMBERS, NARRATIVES
from baken.store.project import Project
from baken.store.tables import where_in


def narrative(project: Project, narrative_id: str) -> dict[str, Any]:
    """The narrative with its `lineage` and `members`, oldest first; `UsageError` if unknown."""
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
    return {**rows[0], "lineage": lineage, "members": joined}


def _described(project: Project, doc_ids: list[str]) -> dict[str, dict[str, Any]]:
    if not doc_ids:
        return {}
    only = where_in("doc_id", doc_ids)
    columns = ["doc_id", "account_id", "source_id", "published_at", "title", "text", "url"]
    documents = project.tables.read(DOCUMENTS, columns=columns, where=only)
    languages = project.tables.read(ANNOTATIONS, columns=["doc_id", "language"], where=only)
    rows = documents.join(languages, "doc_id").to_pylist()
    return {row["doc_id"]: row for row in rows}
