"""What the pages ask of the stores: small answers, kept until a table gets a new version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from baken import cases, schema
from baken.narratives import EarlierSources, earlier_sources, lens_of
from baken.protocols import SearchHit
from baken.store.index import open_index
from baken.store.project import Project
from baken.store.tables import where_in

# A new version of a table is seen at once, so this only bounds how long old answers use memory.
TTL_S = 3_600
UNKNOWN = "und"
MAX_HITS = 50
MAX_EDGES = 500
# Up to this many ids a filter in the store is faster than reading the columns of every row.
_FEW_IDS = 2_000
# Answers kept for all sessions together; the largest, of one narrative, is some megabytes.
_MAX_ANSWERS = 64
_SLIM = ["doc_id", "account_id", "source_id", "published_at", "collected_at"]
_READ = ["doc_id", "account_id", "source_id", "published_at", "title", "text", "url"]

T = TypeVar("T")
P = ParamSpec("P")
Stamp = tuple[str, tuple[tuple[str, int], ...]]
"""The project's folder and the versions of the tables that an answer was made from."""


def stamp(project: Project, tables: Sequence[str]) -> Stamp:
    """What an answer from these tables depends on; judgements and corrections are the ledger's."""
    of_ledger: dict[str, Callable[[], Sequence[object]]] = {
        "judgements": project.ledger.judgements,
        "corrections": project.ledger.corrections,
    }
    versions = tuple(
        (name, len(of_ledger[name]()) if name in of_ledger else project.tables.version(name))
        for name in tables
    )
    return str(project.config.data.resolve()), versions


def _kept(
    make: Callable[Concatenate[Project, P], T],
    project: Project,
    tables: Sequence[str],
    *of: P.args,
    **named: P.kwargs,
) -> T:
    """The answer of `make`, made once for each version of `tables` and each `of`."""
    key = (make.__name__, stamp(project, tables), of)
    answer: T = _remember(key, lambda: make(project, *of, **named))
    return answer


@st.cache_data(ttl=TTL_S, max_entries=_MAX_ANSWERS, show_spinner=False)
def _remember(key: object, _make: Callable[[], Any]) -> Any:  # noqa: ARG001 - it is what is hashed
    return _make()


def activity(project: Project) -> pa.Table:
    """Documents for each day, source and language (columns day, source_id, language, documents).

    The day is that of publication, or of collection where the former is unknown.
    """
    return _kept(_activity, project, ("documents", "annotations"))


def _activity(project: Project) -> pa.Table:
    rows = _with_language(project.tables.read(schema.DOCUMENTS, columns=_SLIM), project)
    days = rows.append_column("day", rows["at"].cast(pa.date32()))
    grouped = days.group_by(["day", "source_id", "language"]).aggregate([("doc_id", "count")])
    return grouped.rename_columns(["day", "source_id", "language", "documents"]).sort_by(
        [(name, "ascending") for name in ("day", "source_id", "language")]
    )


def source_activity(project: Project) -> list[dict[str, Any]]:
    """For each source its documents, and when the first and last of them were seen."""
    return _kept(_source_activity, project, ("documents",))


def _source_activity(project: Project) -> list[dict[str, Any]]:
    rows = project.tables.read(schema.DOCUMENTS, columns=_SLIM)
    grouped = rows.group_by("source_id").aggregate(
        [
            ("doc_id", "count"),
            ("published_at", "min"),
            ("published_at", "max"),
            ("collected_at", "max"),
        ]
    )
    names = {
        "doc_id_count": "documents",
        "published_at_min": "first_published",
        "published_at_max": "last_published",
        "collected_at_max": "last_collected",
    }
    found = grouped.rename_columns([names.get(name, name) for name in grouped.column_names])
    listed: list[dict[str, Any]] = found.sort_by("source_id").to_pylist()
    return listed


def _with_language(documents: pa.Table, project: Project, where: str | None = None) -> pa.Table:
    columns = ["doc_id", "language"]
    languages = project.tables.read(schema.ANNOTATIONS, columns=columns, where=where)
    joined = documents.join(languages, "doc_id")
    spoken = pc.fill_null(joined["language"], UNKNOWN)
    at = pc.coalesce(joined["published_at"], joined["collected_at"])
    kept = joined.drop_columns(["language", "published_at", "collected_at"])
    return kept.append_column("language", spoken).append_column("at", at)


def document_rows(project: Project, doc_ids: Sequence[str]) -> pa.Table:
    """Account, source, language and time (`at`) of these documents, by time, without texts."""
    wanted = sorted(set(doc_ids))
    if not wanted:
        documents, where = schema.empty(schema.DOCUMENTS).select(_SLIM), "false"
    elif len(wanted) <= _FEW_IDS:
        where = where_in("doc_id", wanted)
        documents = project.tables.read(schema.DOCUMENTS, columns=_SLIM, where=where)
    else:
        where = None
        every = project.tables.read(schema.DOCUMENTS, columns=_SLIM)
        documents = every.filter(pc.is_in(every["doc_id"], pa.array(wanted, pa.string())))
    rows = _with_language(documents, project, where)
    return rows.sort_by([("at", "ascending"), ("doc_id", "ascending")])


def texts(project: Project, doc_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Title, text, address, account and time of a few documents, by id."""
    if not doc_ids:
        return {}
    where = where_in("doc_id", doc_ids)
    rows = project.tables.read(schema.DOCUMENTS, columns=_READ, where=where)
    return {row["doc_id"]: row for row in rows.to_pylist()}


def narratives(project: Project) -> list[dict[str, Any]]:
    """Every candidate narrative, the one with the most distinct texts first."""
    return _kept(_narratives, project, ("narratives",))


def _narratives(project: Project) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = project.tables.read(schema.NARRATIVES).to_pylist()
    return sorted(rows, key=lambda row: (-(row["distinct_texts"] or 0), row["narrative_id"]))


def members(project: Project, narrative_id: str) -> pa.Table:
    """The documents of a narrative by time: doc_id, at, language, account, source, role."""
    return _kept(_members, project, ("members", "documents", "annotations"), narrative_id)


def _members(project: Project, narrative_id: str) -> pa.Table:
    only = where_in("narrative_id", [narrative_id])
    rows = project.tables.read(schema.MEMBERS, where=only).drop_columns(["narrative_id"])
    described = document_rows(project, rows["doc_id"].to_pylist())
    return described.join(rows, "doc_id").sort_by([("at", "ascending"), ("doc_id", "ascending")])


def lineage(project: Project, narrative_id: str) -> list[dict[str, Any]]:
    """What happened to a narrative, oldest first."""
    only = where_in("narrative_id", [narrative_id])
    rows: list[dict[str, Any]] = project.tables.read(schema.LINEAGE, where=only).to_pylist()
    return sorted(rows, key=lambda row: (str(row["at"]), row["event"]))


def lens(project: Project, narrative_id: str) -> list[dict[str, Any]]:
    """The labels of a narrative by taxonomy, the surest first, those of a person included."""
    return _kept(lens_of, project, ("lens", "corrections"), narrative_id)


def steps(project: Project, narrative_id: str) -> list[dict[str, Any]]:
    """What says how a narrative came from one document to another."""
    only = where_in("narrative_id", [narrative_id])
    rows: list[dict[str, Any]] = project.tables.read(schema.PATHS, where=only).to_pylist()
    return rows


def watched_before(project: Project, narrative_id: str) -> EarlierSources:
    """How many sources were watched before a narrative was first seen."""
    return _kept(_watched_before, project, ("narratives", "documents"), narrative_id)


def _watched_before(project: Project, narrative_id: str) -> EarlierSources:
    only = where_in("narrative_id", [narrative_id])
    (first,) = project.tables.read(schema.NARRATIVES, where=only)["first_seen"].to_pylist()
    return earlier_sources(project, first)


def candidates(project: Project) -> list[dict[str, Any]]:
    """Every candidate campaign with its status; see `baken.cases.campaigns`."""
    return _kept(_candidates, project, ("campaigns", "judgements"))


def _candidates(project: Project) -> list[dict[str, Any]]:
    return cases.campaigns(project)


def campaign(project: Project, campaign_id: str) -> dict[str, Any]:
    """One candidate with judgements and its strongest edges; see `baken.cases.campaign`.

    `edge_count` says how many edges there are; at most `MAX_EDGES` are given.
    """
    return _kept(_campaign, project, ("campaigns", "edges", "findings", "judgements"), campaign_id)


def _campaign(project: Project, campaign_id: str) -> dict[str, Any]:
    found = cases.campaign(project, campaign_id)
    edges = found["edges"]
    return {**found, "edges": edges[:MAX_EDGES], "edge_count": len(edges)}


def reasons(project: Project, campaign_id: str) -> dict[str, str]:
    """Why each signal of a candidate has its value."""
    where = where_in("campaign_id", [campaign_id])
    rows = project.tables.read(schema.FINDINGS, columns=["signal", "detail"], where=where)
    return {row["signal"]: row["detail"] or "" for row in rows.to_pylist()}


def search(
    project: Project, query: str, filters: Mapping[str, str], *, limit: int = MAX_HITS
) -> list[SearchHit]:
    """Documents for the words of `query`, the best first."""
    with closing(open_index(project.config)) as index:
        return index.search(query, filters=filters, limit=limit)
