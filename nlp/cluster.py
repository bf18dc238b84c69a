"""Texts gathered into candidate narratives: nearest neighbours, then Leiden with CPM.

Traag, Waltman and van Eck 2019, "From Louvain to Leiden". Texts that are near to nothing stay
noise; a narrative of an earlier run keeps its id, and new texts join it where they are near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baken.config import NlpConfig
from baken.ids import stable_id
from baken.nlp.language import UNDETERMINED
from baken.nlp.neighbours import nearest
from baken.protocols import Progress, Vectors, silent

Labels = npt.NDArray[np.int64]

NOISE = -1
ASSIGNMENT = pa.schema(
    [
        pa.field("text_id", pa.string(), nullable=False),
        ("narrative_id", pa.string()),
        ("similarity", pa.float32()),
    ]
)
# A language with few texts has no mean of its own: it borrows that of all, as if so many were its.
_BORROWED_TEXTS = 100
# Two texts are linked if their cosine stands out from that of random pairs by so many robust
# standard deviations; set on stsb_multi_mt and ntrex128.
_LINK_DEVIATIONS = 4.5
_RANDOM_PAIRS = 20_000
# Level of detail: at this density of links a set of texts is one narrative.
_RESOLUTION = 0.04


def cluster(
    texts: pa.Table,
    vectors: Vectors,
    config: NlpConfig,
    *,
    previous: pa.Table | None = None,
    seed: int,
    progress: Progress = silent,
) -> pa.Table:
    """Each text's narrative (`ASSIGNMENT`, by text_id), unknown for noise.

    `texts` has text_id, language and, optionally, `family` (near copies share one). Row i of
    `vectors` (unit length) belongs to row i. `previous` (text_id, narrative_id) is the last
    assignment. A similarity is the cosine to the middle of the narrative. The order of rows
    doesn't matter.
    """
    ordered = texts.append_column("row", pa.array(np.arange(texts.num_rows))).sort_by("text_id")
    ids = ordered["text_id"].to_pylist()
    if not ids:
        return ASSIGNMENT.empty_table()
    languages = [language or UNDETERMINED for language in ordered["language"].to_pylist()]
    space = centred(vectors[ordered["row"].to_numpy()], languages)
    families = _families(ordered)
    known = _known(previous)
    state = _Clustering(ids, space, families, config, seed)
    labels, names = state.labels(known, progress)
    return _assignment(ids, space, labels, names)


def centred(vectors: Vectors, languages: list[str]) -> Vectors:
    """`vectors` without the mean of their language, so that languages do not make clusters."""
    codes = np.unique(languages, return_inverse=True)[1]
    overall = vectors.mean(0)
    result = np.empty_like(vectors)
    for code in range(codes.max(initial=-1) + 1):
        mine = codes == code
        total = vectors[mine].sum(0) + _BORROWED_TEXTS * overall
        result[mine] = vectors[mine] - total / (mine.sum() + _BORROWED_TEXTS)
    lengths = np.linalg.norm(result, axis=1, keepdims=True)
    unit: Vectors = result / np.maximum(lengths, 1e-6)
    return unit


@dataclass(frozen=True, slots=True)
class _Clustering:
    ids: list[str]
    space: Vectors
    families: Labels
    config: NlpConfig
    seed: int

    def labels(self, known: dict[str, str], progress: Progress) -> tuple[Labels, list[str]]:
        """The number of each text's narrative, and the ids of the narratives."""
        limit = self._link_limit()
        names = sorted({known[name] for name in self.ids if name in known})
        number = {name: place for place, name in enumerate(names)}
        labels = np.array([number[known[i]] if i in known else NOISE for i in self.ids], np.int64)
        if names:
            labels = self._joined(labels, len(names), limit)
        pooled = np.flatnonzero(labels == NOISE)
        fresh = self._clusters(pooled, limit, progress)
        for part in range(fresh.max(initial=NOISE) + 1):
            members = pooled[fresh == part]
            names.append(self._new_name(members, set(names)))
            labels[members] = len(names) - 1
        return labels, names

    def _link_limit(self) -> float:
        random = np.random.default_rng(self.seed)
        total = len(self.ids)
        pairs = random.integers(0, total, (_RANDOM_PAIRS, 2))
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        if not len(pairs):
            return 1.0
        cosines = np.einsum("ij,ij->i", self.space[pairs[:, 0]], self.space[pairs[:, 1]])
        middle = float(np.median(cosines))
        deviation = 1.4826 * float(np.median(np.abs(cosines - middle)))
        return min(0.95, middle + _LINK_DEVIATIONS * deviation)

    def _joined(self, labels: Labels, count: int, limit: float) -> Labels:
        centres = _centres(self.space, labels, count)
        pooled = np.flatnonzero(labels == NOISE)
        joined = labels.copy()
        for start in range(0, len(pooled), 4_096):
            rows = pooled[start : start + 4_096]
            cosines = self.space[rows] @ centres.T
            best = cosines.argmax(1)
            near = cosines[np.arange(len(rows)), best] >= limit
            joined[rows[near]] = best[near]
        return joined

    def _clusters(self, rows: Labels, limit: float, progress: Progress) -> Labels:
        """Clusters among `rows`, numbered by their first member; small ones are noise."""
        first = np.unique(self.families[rows], return_index=True)[1]
        representatives = rows[np.sort(first)]
        labels = np.full(len(rows), NOISE, np.int64)
        if len(representatives) < 2:
            return labels
        parts = _leiden(self.space[representatives], self.config, limit, self.seed, progress)
        of_family = dict(zip(self.families[representatives].tolist(), parts.tolist(), strict=True))
        labels = np.array([of_family[family] for family in self.families[rows].tolist()], np.int64)
        sizes = np.bincount(parts[parts >= 0], minlength=parts.max(initial=0) + 1)
        small = np.flatnonzero(sizes < self.config.min_narrative_texts)
        labels[np.isin(labels, small)] = NOISE
        return _renumbered(labels)

    def _new_name(self, members: Labels, taken: set[str]) -> str:
        """An id from the member that founds the narrative: the nearest to its middle."""
        centre = self.space[members].sum(0)
        founder = self.ids[members[int(np.argmax(self.space[members] @ centre))]]
        attempt = 0
        while True:
            name = stable_id("nar", founder, *([str(attempt)] if attempt else []))
            if name not in taken:
                return name
            attempt += 1


def _leiden(
    space: Vectors, config: NlpConfig, limit: float, seed: int, progress: Progress
) -> Labels:
    from graspologic_native import leiden_csr
    from scipy.sparse import csr_matrix

    total = len(space)
    found = nearest(space, min(config.neighbours, total - 1), seed=seed, progress=progress)
    mine, place = np.nonzero((found.rows >= 0) & (found.cosines >= limit))
    theirs = found.rows[mine, place]
    weights = found.cosines[mine, place].astype(np.float64)
    directed = csr_matrix((weights, (mine, theirs)), shape=(total, total))
    graph = directed.maximum(directed.T).tocsr()
    graph.sort_indices()
    if graph.nnz == 0:
        return np.full(total, NOISE, np.int64)
    _, communities = leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        total,
        resolution=_RESOLUTION,
        use_modularity=False,
        seed=seed,
        iterations=2,
    )
    return np.array([communities.get(row, NOISE) for row in range(total)], np.int64)


def _centres(space: Vectors, labels: Labels, count: int) -> Vectors:
    centres = np.zeros((count, space.shape[1]), np.float32)
    inside = np.flatnonzero(labels >= 0)
    np.add.at(centres, labels[inside], space[inside])
    unit: Vectors = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-6)
    return unit


def _renumbered(labels: Labels) -> Labels:
    kept = labels >= 0
    values, first, inverse = np.unique(labels[kept], return_index=True, return_inverse=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(values))
    result = np.full(len(labels), NOISE, np.int64)
    result[kept] = rank[inverse]
    return result


def _families(ordered: pa.Table) -> Labels:
    if "family" not in ordered.column_names:
        return np.arange(ordered.num_rows)
    return np.unique(np.array(ordered["family"].to_pylist(), dtype=str), return_inverse=True)[1]


def _known(previous: pa.Table | None) -> dict[str, str]:
    if previous is None:
        return {}
    pairs = zip(previous["text_id"].to_pylist(), previous["narrative_id"].to_pylist(), strict=True)
    return {text: narrative for text, narrative in pairs if narrative}


def _assignment(ids: list[str], space: Vectors, labels: Labels, names: list[str]) -> pa.Table:
    centres = _centres(space, labels, len(names))
    inside = labels >= 0
    similarity = np.zeros(len(ids), np.float32)
    similarity[inside] = np.einsum("ij,ij->i", space[inside], centres[labels[inside]])
    return pa.table(
        {
            "text_id": ids,
            "narrative_id": [names[label] if label >= 0 else None for label in labels],
            "similarity": pa.array(similarity, mask=~inside),
        },
        schema=ASSIGNMENT,
    )
