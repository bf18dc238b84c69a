"""The distinct texts of a project and their vectors, row by row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from baken import schema
from baken.protocols import Vectors
from baken.store.project import Project


def distinct_texts(project: Project) -> pa.Table:
    """Each distinct text once (columns text_id, text, language), in the order of its id."""
    columns = ["doc_id", "text_id", "own_text", "language"]
    annotations = project.tables.read(schema.ANNOTATIONS, columns=columns)
    ordered = annotations.sort_by([("text_id", "ascending"), ("doc_id", "ascending")])
    ids = ordered["text_id"].to_numpy(zero_copy_only=False)
    first = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.empty(0, np.int64)
    chosen = ordered.take(pa.array(first, pa.int64()))
    return pa.table(
        {"text_id": chosen["text_id"], "text": chosen["own_text"], "language": chosen["language"]}
    )


def vectors_of(project: Project, texts: pa.Table, dimension: int) -> Vectors:
    """The vectors of `texts` (unit length, float32), row by row."""
    position = {text_id: row for row, text_id in enumerate(texts["text_id"].to_pylist())}
    vectors = np.zeros((texts.num_rows, dimension), np.float32)
    columns = ["text_id", "vector"]
    spec = schema.embeddings_spec(dimension)
    for batch in project.tables.batches(spec, columns=columns):
        rows = np.array([position.get(name, -1) for name in batch.column(0).to_pylist()])
        values = batch.column(1).flatten().to_numpy(zero_copy_only=False)
        wanted = rows >= 0
        vectors[rows[wanted]] = values.reshape(-1, dimension)[wanted]
    return vectors
