"""From edges to groups: accounts that are bound to each other in several ways."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from scipy.sparse import csgraph

from baken.config import DetectConfig
from baken.detection.events import coded
from baken.ids import stable_id
from baken.schema import GROUPS, conform, from_rows

Ints = npt.NDArray[np.int64]

CORE = 2
UNEVEN = "a few accounts have most of the ties"
BRITTLE = "falls apart without one account"
_LEIDEN_SEED = 20_250


def find_groups(edges: pa.Table, traces: pa.Table, config: DetectConfig) -> pa.Table:
    """The groups (schema `GROUPS`) among `edges`, the same whatever the order of rows.

    A group has at least `min_actors` members and `min_objects` objects, every member is tied to
    two others (the 2-core), and no member alone holds it together: the weaker members have at
    least `min_symmetry` of the ties of the strongest, and without it half of them still hang
    together. `core` is its innermost k-core.
    """
    del traces
    if len(edges) == 0:
        return GROUPS.schema.empty_table()
    ends, names = coded(pa.chunked_array([*edges["left"].chunks, *edges["right"].chunks]))
    left, right = ends[: len(edges)], ends[len(edges) :]
    community = _communities(left, right, len(names))
    rows = []
    inside = np.flatnonzero((community[left] == community[right]) & (community[left] >= 0))
    order = np.argsort(community[left[inside]], kind="stable")
    inside = inside[order]
    labels = community[left[inside]]
    for chosen in np.split(inside, np.flatnonzero(np.diff(labels)) + 1):
        row = _group(edges.take(pa.array(chosen)), left[chosen], right[chosen], names, config)
        if row is not None:
            rows.append(row)
    rows.sort(key=lambda row: str(row["group_id"]))
    return conform(from_rows(rows, GROUPS), GROUPS)


def _communities(left: Ints, right: Ints, n: int) -> Ints:
    """Leiden communities (modularity) of the 2-core, -1 outside it."""
    from graspologic_native import leiden

    adjacency = adjacency_of(left, right, n)
    core = core_numbers(adjacency)
    upper = sparse.triu(adjacency, k=1).tocoo()
    kept = (core[upper.row] >= CORE) & (core[upper.col] >= CORE)
    listed = [
        (str(int(a)), str(int(b)), float(w))
        for a, b, w in zip(upper.row[kept], upper.col[kept], upper.data[kept], strict=True)
    ]
    out = np.full(n, -1, dtype=np.int64)
    if not listed:
        return out
    listed.sort(key=lambda edge: (int(edge[0]), int(edge[1])))
    _, found = leiden(listed, seed=_LEIDEN_SEED, use_modularity=True, trials=1)
    for node, label in found.items():
        out[int(node)] = label
    return out


def _group(
    edges: pa.Table, left: Ints, right: Ints, names: pa.Array, config: DetectConfig
) -> dict[str, object] | None:
    members, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    adjacency = adjacency_of(ends[: len(left)], ends[len(left) :], len(members))
    core = core_numbers(adjacency)
    bound = core >= CORE
    if bound.sum() < config.min_actors:
        return None
    inner = adjacency[bound][:, bound]
    if weakness(inner, config) is not None:
        return None
    kept = bound[ends[: len(left)]] & bound[ends[len(left) :]]
    edges = edges.filter(pa.array(kept))
    objects = len(pc.list_flatten(edges["objects"]).unique())
    if objects < config.min_objects:
        return None
    member_names = _names(names, members[bound])
    return {
        "group_id": stable_id("group", *member_names),
        "members": member_names,
        "core": _names(names, members[core == core.max()]),
        "trace_kinds": sorted(edges["trace_kind"].unique().to_pylist()),
        "objects": objects,
        "min_q": pc.min(edges["q_value"]).as_py(),
    }


def weakness(core: sparse.csr_matrix, config: DetectConfig) -> str | None:
    """Why accounts that are each tied to two others (`core`) make no group; nothing if they do."""
    if symmetry(core) < config.min_symmetry:
        return UNEVEN
    return None if holds_without_its_centre(core) else BRITTLE


def _names(names: pa.Array, codes: Ints) -> list[str]:
    found: Iterable[str] = names.take(pa.array(codes)).to_pylist()
    return sorted(found)


def adjacency_of(left: Ints, right: Ints, n: int) -> sparse.csr_matrix:
    """The ties between `n` accounts, symmetric; the weight of one is how often it is given."""
    ones = np.ones(len(left))
    half = sparse.csr_matrix((ones, (left, right)), shape=(n, n))
    return (half + half.T).tocsr()


def core_numbers(adjacency: sparse.csr_matrix) -> Ints:
    """The k-core number of each node: the largest k such that it has k neighbours in the k-core."""
    indptr, indices = adjacency.indptr, adjacency.indices
    degree = np.diff(indptr).astype(np.int64)
    core = np.zeros(len(degree), dtype=np.int64)
    alive = np.ones(len(degree), dtype=bool)
    k = 0
    while alive.any():
        weak = np.flatnonzero(alive & (degree <= k))
        if len(weak) == 0:
            k = max(k + 1, int(degree[alive].min()))
            continue
        core[weak] = k
        alive[weak] = False
        touched = np.concatenate([indices[indptr[i] : indptr[i + 1]] for i in weak])
        np.subtract.at(degree, touched, 1)
    return core


def symmetry(adjacency: sparse.csr_matrix) -> float:
    """How evenly ties are spread, 0 (a star) to 1: the lower quartile over the largest degree."""
    degree = np.diff(adjacency.indptr)
    return float(np.quantile(degree, 0.25) / max(degree.max(), 1))


def holds_without_its_centre(adjacency: sparse.csr_matrix) -> bool:
    """Whether half of the others still hang together when the member with most ties is gone."""
    degree = np.diff(adjacency.indptr)
    others = np.flatnonzero(np.arange(len(degree)) != int(degree.argmax()))
    rest = adjacency[others][:, others]
    _, part = csgraph.connected_components(rest, directed=False)
    return bool(np.bincount(part).max() * 2 >= len(others))
