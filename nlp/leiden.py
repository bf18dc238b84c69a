"""Communities of near vectors: a graph of nearest neighbours, parted by Leiden with CPM.

Traag, Waltman and van Eck 2019, "From Louvain to Leiden: guaranteeing well-connected communities".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from baken.nlp.neighbours import nearest
from baken.protocols import Progress, Vectors, silent

Labels = npt.NDArray[np.int64]

NOISE = -1
# Level of detail: texts linked more densely than this are one community. With 15 neighbours that
# is up to some 200 texts; larger narratives are put together again by their centres.
_RESOLUTION = 0.04
_ITERATIONS = 2
# Planted noise of eval/narratives.py chains up at one or two links.
_MIN_LINKS = 3


def linked(
    space: Vectors, *, neighbours: int, limit: float, seed: int, progress: Progress = silent
) -> Any:
    """The graph (a sparse matrix) of the nearest rows of `space` (unit length) within `limit`."""
    from scipy.sparse import csr_matrix

    total = len(space)
    if total < 2:
        return csr_matrix((total, total))
    found = nearest(space, min(neighbours, total - 1), seed=seed, progress=progress)
    mine, place = np.nonzero((found.rows >= 0) & (found.cosines >= limit))
    weights = found.cosines[mine, place].astype(np.float64)
    directed = csr_matrix((weights, (mine, found.rows[mine, place])), shape=(total, total))
    return directed.maximum(directed.T).tocsr()


def communities(graph: Any, *, seed: int) -> Labels:
    """The community of each row of `graph`; -1 where too few are linked."""
    from graspologic_native import leiden_csr

    labels = np.full(graph.shape[0], NOISE, np.int64)
    core = _core(graph)
    graph = graph[core][:, core]
    graph.sort_indices()
    if not graph.nnz:
        return labels
    _, parts = leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data,
        len(core),
        resolution=_RESOLUTION,
        use_modularity=False,
        seed=seed,
        iterations=_ITERATIONS,
    )
    for place, part in parts.items():
        labels[core[place]] = part
    return labels


def _core(graph: Any) -> Labels:
    """The rows that keep `_MIN_LINKS` links to each other: chains of chance likeness fall apart."""
    rows: Labels = np.arange(graph.shape[0])
    while True:
        linked = np.diff(graph.indptr) >= _MIN_LINKS
        if linked.all():
            return rows
        rows, graph = rows[linked], graph[linked][:, linked]


def centres(space: Vectors, labels: Labels, count: int, weights: Vectors) -> Vectors:
    """The unit middle of each of `count` labels by weighted rows; zero where a label has no row."""
    order = np.argsort(labels, kind="stable")
    order = order[labels[order] >= 0]
    sums = np.zeros((count, space.shape[1]), np.float32)
    if len(order):
        present, starts = np.unique(labels[order], return_index=True)
        for start, end, label in zip(
            starts, np.r_[starts[1:], len(order)], present.tolist(), strict=True
        ):
            rows = order[start:end]
            sums[label] = weights[rows] @ space[rows]
    unit: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    return unit


def renumbered(labels: Labels) -> Labels:
    """The same partition, numbered from 0 in the order of its first rows."""
    result = np.full(len(labels), NOISE, np.int64)
    kept = labels >= 0
    values, first, inverse = np.unique(labels[kept], return_index=True, return_inverse=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(values))
    result[kept] = rank[inverse]
    return result
