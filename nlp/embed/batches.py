"""Texts to rows of the embeddings table, in batches that a caller can store one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

import numpy as np
import pyarrow as pa

from baken.protocols import Embedder, Progress, Vectors, silent
from baken.schema import embeddings_spec


def embed_texts(
    text_ids: Sequence[str],
    texts: Sequence[str],
    languages: Sequence[str],
    embedder: Embedder,
    *,
    known: Set[tuple[str, ...]] | Set[str] = frozenset(),
    batch_size: int = 256,
    progress: Progress = silent,
) -> Iterator[pa.Table]:
    """Tables of schema `embeddings_spec`, for the texts that are not `known` yet.

    `known` holds text ids or keys of the table (text_id, model_id). The batches hold texts of
    like length, in an order that depends on the texts alone; each may be stored before the next
    is made, so that a run that was cut off loses one batch.
    """
    model, spec = embedder.model_id, embeddings_spec(embedder.dimension)
    done = {key if isinstance(key, str) else key[0] for key in known}
    new: dict[str, int] = {}
    for row, text_id in enumerate(text_ids):
        if text_id not in done:
            new.setdefault(text_id, row)
    order = sorted(new, key=lambda text_id: (len(texts[new[text_id]]), text_id))
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        rows = [new[text_id] for text_id in batch]
        vectors = embedder.encode([texts[row] for row in rows], [languages[row] for row in rows])
        yield pa.table([batch, [model] * len(batch), fixed_size_list(vectors)], schema=spec.schema)
        progress("embed", first + len(batch), len(order))


def fixed_size_list(vectors: Vectors) -> pa.FixedSizeListArray:
    """The rows of `vectors` as one Arrow column."""
    flat = pa.array(np.ascontiguousarray(vectors, np.float32).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
