"""Communities of near vectors: a graph of nearest neighbours, parted by Leiden with CPM.

Traag, Waltman and van Eck 2019, "From Louvain to Leiden: guaranteeing well-connected communities".
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from baken.nlp.neighbours import Mask, Neighbours, nearest
from baken.nlp.threads import WORKERS
from baken.protocols import Progress, Vectors, silent

Labels = npt.NDArray[np.int64]

NOISE = -1
# Level of detail: texts linked more densely than this are one community. With 15 neighbours that
# is up to some 200 texts; larger narratives are put together again by their centres.
_RESOLUTION = 0.04
# Planted noise of eval/narratives.py chains up at one or two links.
_MIN_LINKS = 3


def linked(
    space: Vectors, *, neighbours: int, limits: Vectors, seed: int, progress: Progress = silent
) -> Any:
    """The graph (a sparse matrix) of the nearest rows of `space` (unit length), by their limits."""
    from scipy.sparse import csr_matrix

    total = len(space)
    if total < 2:
        return csr_matrix((total, total))
    found = nearest(space, min(neighbours, total - 1), seed=seed, progress=progress)
    mine, place = np.nonzero(near(found, limits))
    weights = found.cosines[mine, place].astype(np.float64)
    directed = csr_matrix((weights, (mine, found.rows[mine, place])), shape=(total, total))
    return directed.maximum(directed.T).tocsr()


def near(found: Neighbours, limits: Vectors) -> Mask:
    """Which neighbours are as near as the mean of the limits of both rows."""
    both = (limits[:, None] + limits[found.rows]) / 2
    return (found.rows >= 0) & (found.cosines >= both)


def communities(graph: Any, *, seed: int) -> Labels:
    """The community of each row of `graph`; -1 where too few are linked.

    Each connected component is parted by itself: CPM knows nothing of the rest of the graph, and
    Leiden takes more time for one large graph than for its components.
    """
    from scipy.sparse.csgraph import connected_components

    labels = np.full(graph.shape[0], NOISE, np.int64)
    core = _core(graph)
    if not len(core):
        return labels
    graph = graph[core][:, core]
    count, component = connected_components(graph, directed=False)
    order = np.argsort(component, kind="stable")
    graph = graph[order][:, order]
    graph.sort_indices()
    bounds = np.searchsorted(component[order], np.arange(count + 1))
    # The largest first, so that no thread is left with one of them at the end.
    largest = np.argsort(bounds[:-1] - bounds[1:], kind="stable").tolist()
    with ThreadPoolExecutor(WORKERS) as pool:
        parted = pool.map(
            lambda one: _parted(graph, int(bounds[one]), int(bounds[one + 1]), seed), largest
        )
        total = 0
        for one, parts in zip(largest, parted, strict=True):
            labels[core[order[bounds[one] : bounds[one + 1]]]] = total + parts
            total += parts.max() + 1
    return labels


def _parted(graph: Any, start: int, end: int, seed: int) -> Labels:
    """The communities of the rows `start` to `end` of `graph`, which link to no others."""
    from graspologic_native import leiden_csr

    first, last = graph.indptr[start], graph.indptr[end]
    _, parts = leiden_csr(
        (graph.indptr[start : end + 1] - first).astype(np.int64),
        (graph.indices[first:last] - start).astype(np.int32),
        graph.data[first:last],
        end - start,
        resolution=_RESOLUTION,
        use_modularity=False,
        seed=seed,
        # A second one takes as long again, for 0.05 % more quality and the same narratives.
        iterations=1,
    )
    labels = np.empty(end - start, np.int64)
    labels[np.fromiter(parts.keys(), np.int64)] = np.fromiter(parts.values(), np.int64)
    return labels


def _core(graph: Any) -> Labels:
    """The rows that keep `_MIN_LINKS` links to each other: chains of chance likeness fall apart."""
    rows: Labels = np.arange(graph.shape[0])
    while True:
        linked = np.diff(graph.indptr) >= _MIN_LINKS
        if linked.all():
            return rows
        rows, graph = rows[linked], graph[linked][:, linked]


def members(labels: Labels) -> Iterator[tuple[int, Labels]]:
    """Each label but noise, ascending, with its rows."""
    order = np.argsort(labels, kind="stable")
    order = order[np.searchsorted(labels[order], 0) :]
    for rows in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        if len(rows):
            yield int(labels[rows[0]]), rows


def renumbered(labels: Labels) -> Labels:
    """The same partition, numbered from 0 in the order of its first rows."""
    result = np.full(len(labels), NOISE, np.int64)
    kept = labels >= 0
    values, first, inverse = np.unique(labels[kept], return_index=True, return_inverse=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(values))
    result[kept] = rank[inverse]
    return result
