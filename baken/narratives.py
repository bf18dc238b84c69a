"""One candidate narrative as people see it: its terms, labels, lineage, path and members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from baken.errors import UsageError
from baken.model import LineageEvent
from baken.schema import ANNOTATIONS, DOCUMENTS, LENS, LINEAGE, MEMBERS, NARRATIVES, PATHS
from baken.store.project import Project
from baken.store.tables import where_in


def narrative(project: Project, narrative_id: str) -> dict[str, Any]:
    """The narrative with its `lens`, and its `lineage`, `path` and `members`, oldest first.

    `earlier_sources` says how many sources were watched before it was first seen here. Raises
    `UsageError` for an unknown id, and for one that went into another.
    """
    tables = project.tables
    only = where_in("narrative_id", [narrative_id])
    rows = tables.read(NARRATIVES, where=only).to_pylist()
    lineage = tables.read(LINEAGE, where=only).sort_by("at").to_pylist()
    if not rows:
        heirs = [row["others"] for row in lineage if row["event"] == LineageEvent.MERGE]
        if heirs:
            raise UsageError(f"narrative {narrative_id!r} went into {heirs[-1][0]}")
        raise UsageError(f"no narrative {narrative_id!r}: `baken narratives list` shows the ids")
    members = tables.read(MEMBERS, where=only).to_pylist()
    described = _described(project, [member["doc_id"] for member in members])
    joined = [{**described.get(member["doc_id"], {}), **member} for member in members]
    joined.sort(key=lambda row: (str(row.get("published_at")), row["doc_id"]))
    steps = tables.read(PATHS, where=only).to_pylist()
    return {
        **rows[0],
        "earlier_sources": earlier_sources(project, rows[0]["first_seen"])._asdict(),
        "lens": lens_of(project, narrative_id),
        "lineage": lineage,
        "path": path_of(steps, {member["doc_id"]: member for member in joined}),
        "members": joined,
    }


class EarlierSources(NamedTuple):
    """How many sources had been seen here by a moment, of how many that have been seen since."""

    watched: int
    known: int


def earlier_sources(project: Project, moment: datetime) -> EarlierSources:
    """The coverage before `moment`: what was not watched then may have told it earlier."""
    first: dict[str, datetime] = {}
    columns = ["source_id", "published_at", "collected_at"]
    for batch in project.tables.batches(DOCUMENTS, columns=columns):
        at = pc.coalesce(
            pc.if_else(
                pc.less_equal(batch["published_at"], batch["collected_at"]),
                batch["published_at"],
                batch["collected_at"],
            ),
            batch["collected_at"],
        )
        seen = pa.table({"source_id": batch["source_id"], "at": at})
        for row in seen.group_by("source_id").aggregate([("at", "min")]).to_pylist():
            name, since = row["source_id"], row["at_min"]
            first[name] = min(since, first.get(name, since))
    return EarlierSources(sum(since < moment for since in first.values()), len(first))


def path_of(
    steps: list[dict[str, Any]], members: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The `steps` (rows of `PATHS`) between `members`, with source, language and time of each end.

    Oldest first; a step whose document is no longer among the members is left out.
    """
    told = [
        {
            "kind": step["kind"],
            "evidence": step["evidence"],
            **{
                f"{end}_{column}": members[step[end]].get(column)
                for end in ("left", "right")
                for column in ("doc_id", "source_id", "language", "published_at", "role")
            },
        }
        for step in steps
        if step["left"] in members and step["right"] in members
    ]
    return sorted(told, key=lambda row: (str(row["right_published_at"]), row["right_doc_id"]))


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
