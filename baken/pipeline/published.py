"""What is published to the index: documents with what was found, narratives, campaigns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken import schema
from baken.pipeline.texts import vectors_of
from baken.store.project import Project
from baken.store.tables import sorted_by_key

_DOCUMENT_COLUMNS = [
    "doc_id",
    "title",
    "text",
    "source_id",
    "account_id",
    "published_at",
    "url",
    "hashtags",
]


def published_rows(project: Project) -> Iterator[tuple[str, str, pa.Table]]:
    """Name, key column and rows of each searchable collection."""
    yield "documents", "doc_id", _documents(project)
    yield "narratives", "narrative_id", _narratives(project)
    yield "campaigns", "campaign_id", _campaigns(project)


def _documents(project: Project) -> pa.Table:
    tables = project.tables
    documents = tables.read(schema.DOCUMENTS, columns=_DOCUMENT_COLUMNS)
    annotations = tables.read(schema.ANNOTATIONS, columns=["doc_id", "language", "text_id"])
    members = tables.read(schema.MEMBERS, columns=["doc_id", "narrative_id", "role"])
    joined = documents.append_column("row", pa.array(range(documents.num_rows), pa.int64()))
    slim = (
        joined.select(["doc_id", "row"])
        .join(annotations, "doc_id")
        .join(members, "doc_id")
        .sort_by("row")
    )
    documents = documents.take(slim["row"])
    for column in ("language", "narrative_id", "role"):
        documents = documents.append_column(column, slim[column])
    documents = documents.append_column("campaign_ids", _campaign_ids(project, documents["doc_id"]))
    vectors = _vectors(project, slim["text_id"])
    if vectors is not None:
        documents = documents.append_column("vector", vectors)
    return documents.sort_by("doc_id")


def _campaign_ids(project: Project, doc_ids: pa.ChunkedArray) -> pa.Array:
    of: dict[str, list[str]] = {}
    campaigns = project.tables.read(schema.CAMPAIGNS, columns=["campaign_id", "documents"])
    for row in campaigns.to_pylist():
        for doc_id in row["documents"] or []:
            of.setdefault(doc_id, []).append(row["campaign_id"])
    return pa.array(
        [sorted(of.get(doc_id, [])) for doc_id in doc_ids.to_pylist()], pa.list_(pa.string())
    )


def _vectors(project: Project, text_ids: pa.ChunkedArray) -> pa.Array | None:
    dimension = project.tables.vector_dimension()
    if dimension is None:
        return None
    # Documents with the same text share a vector.
    encoded = text_ids.combine_chunks().dictionary_encode()
    distinct = vectors_of(project, pa.table({"text_id": encoded.dictionary}), dimension)
    # A document that was not analysed yet has no text id, and no vector.
    known = pc.is_valid(encoded.indices).to_numpy(zero_copy_only=False)
    rows = pc.fill_null(encoded.indices, 0).to_numpy()
    vectors = np.zeros((len(rows), dimension), np.float32)
    vectors[known] = distinct[rows[known]]
    flat = pa.array(vectors.ravel())
    return pa.FixedSizeListArray.from_arrays(flat, dimension, mask=pa.array(~known))


def _narratives(project: Project) -> pa.Table:
    spec = schema.NARRATIVES
    columns = ["narrative_id", "label", "terms", "languages", "documents", "first_seen"]
    return sorted_by_key(project.tables.read(spec, columns=[*columns, "last_seen"]), spec)


def _campaigns(project: Project) -> pa.Table:
    spec = schema.CAMPAIGNS
    columns = ["campaign_id", "name", "statement", "queue", "queue_reason", "languages"]
    return sorted_by_key(project.tables.read(spec, columns=[*columns, "narrative_ids"]), spec)
