"""Texts gathered into candidate narratives, from run to run.

A narrative keeps the id that its founding text gave it. New texts join the narrative whose middle
is near; what is left is pooled and parted anew; texts that are near to nothing stay noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from baken.config import NlpConfig
from baken.ids import stable_id
from baken.nlp.language import UNDETERMINED
from baken.nlp.leiden import NOISE, Labels, centres, communities, renumbered
from baken.protocols import Progress, Vectors, silent

__all__ = ["ASSIGNMENT", "Clustering", "centred", "cluster"]

ASSIGNMENT = pa.schema(
    [
        pa.field("text_id", pa.string(), nullable=False),
        ("narrative_id", pa.string()),
        ("similarity", pa.float32()),
    ]
)
# A language with few texts has no mean of its own: it borrows that of all, as if so many were its.
_BORROWED_TEXTS = 100
# Nearness stands out from that of random pairs by so many robust standard deviations: of two texts
# that found a narrative together, of a text to the middle of the one it joins. Set on the noise and
# the paragraphs of eval/narratives.py.
_LINK_DEVIATIONS = 5.4
_JOIN_DEVIATIONS = 4.7
# Where few stories fill a corpus, random pairs are no measure: there these limits serve.
_HIGHEST_LINK = 0.65
_HIGHEST_JOIN = 0.60
_RANDOM_PAIRS = 20_000
# Narratives whose middles are nearer than the link limit by this share of the rest are one.
_MERGE_SHARE = 0.7
# A narrative that grew by half is looked at again, and parted if the second part is a quarter.
_RECHECK_GROWTH = 1.5
_SPLIT_SHARE = 0.25
_MAX_ROUNDS = 5
_BLOCK_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class Clustering:
    """The narrative of each text, and which narratives split from or went into which.

    `came_from` maps a new id to the one it split from, `went_into` an ended id to its heir.
    """

    assignment: pa.Table
    came_from: dict[str, str] = field(default_factory=dict)
    went_into: dict[str, str] = field(default_factory=dict)


def cluster(
    texts: pa.Table,
    vectors: Vectors,
    config: NlpConfig,
    *,
    previous: pa.Table | None = None,
    founded: str = "",
    taken: frozenset[str] = frozenset(),
    seed: int,
    progress: Progress = silent,
) -> Clustering:
    """Each text's narrative (schema `ASSIGNMENT`, by text_id), unknown for noise.

    `texts` has text_id, language and, optionally, `family` (near copies share one, and count as
    one). Row i of `vectors` (unit length) belongs to row i. `previous` (text_id, narrative_id) is
    the last assignment; no id in it or in `taken` is given again, nor, where `founded` names the
    run (its time, say), any id of another run. A similarity is the cosine to the
    middle of the narrative. The order of rows doesn't matter, and a repeated run changes nothing.
    """
    ordered = texts.append_column("row", pa.array(np.arange(texts.num_rows))).sort_by("text_id")
    ids = ordered["text_id"].to_pylist()
    if not ids:
        return Clustering(ASSIGNMENT.empty_table())
    languages = [language or UNDETERMINED for language in ordered["language"].to_pylist()]
    space = centred(vectors[ordered["row"].to_numpy()], languages)
    known = _known(previous)
    families = _families(ordered)
    work = _Work(
        ids=ids,
        space=space,
        families=families,
        weights=(1 / np.bincount(families))[families].astype(np.float32),
        config=config,
        seed=seed,
        founded=founded,
        limits=_limits(space, seed),
        taken=set(taken) | set(known.values()),
        progress=progress,
    )
    return work.clustering(known)


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
    result /= np.maximum(lengths, 1e-6)
    return result


class _Limits(NamedTuple):
    link: float
    join: float
    merge: float


def _limits(space: Vectors, seed: int) -> _Limits:
    """The cosines that stand out among random pairs."""
    pairs = np.random.default_rng(seed).integers(0, len(space), (_RANDOM_PAIRS, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if not len(pairs):
        return _Limits(_HIGHEST_LINK, _HIGHEST_JOIN, 1.0)
    cosines = np.einsum("ij,ij->i", space[pairs[:, 0]], space[pairs[:, 1]])
    middle = float(np.median(cosines))
    deviation = 1.4826 * float(np.median(np.abs(cosines - middle)))
    link = min(_HIGHEST_LINK, middle + _LINK_DEVIATIONS * deviation)
    join = min(_HIGHEST_JOIN, middle + _JOIN_DEVIATIONS * deviation)
    return _Limits(link, join, link + _MERGE_SHARE * (1 - link))


@dataclass(slots=True)
class _Work:
    """One run over texts in the order of their ids."""

    ids: list[str]
    space: Vectors
    families: Labels
    weights: Vectors
    config: NlpConfig
    seed: int
    founded: str
    limits: _Limits
    taken: set[str]
    progress: Progress
    names: list[str] = field(default_factory=list)
    came_from: dict[str, str] = field(default_factory=dict)
    went_into: dict[str, str] = field(default_factory=dict)

    def clustering(self, known: dict[str, str]) -> Clustering:
        labels = self._remembered(known)
        before = np.bincount(labels[labels >= 0], minlength=len(self.names))
        for _ in range(_MAX_ROUNDS):
            start = labels
            labels = self._joined(labels)
            labels = self._founded(labels)
            labels = self._merged(labels, oldest=len(before))
            if np.array_equal(labels, start):
                break
        labels = self._split(labels, before)
        return Clustering(self._assignment(labels), self.came_from, self.went_into)

    def _remembered(self, known: dict[str, str]) -> Labels:
        self.names = sorted({known[text] for text in self.ids if text in known})
        number = {name: place for place, name in enumerate(self.names)}
        return np.array([number[known[i]] if i in known else NOISE for i in self.ids], np.int64)

    def _middles(self, labels: Labels) -> Vectors:
        """The middle of each narrative; the copies of a text weigh no more than one text."""
        return centres(self.space, labels, len(self.names), self.weights)

    def _joined(self, labels: Labels) -> Labels:
        """Pooled texts go to the narrative whose middle is near enough."""
        if not self.names:
            return labels
        middles = self._middles(labels)
        pooled = np.flatnonzero(labels == NOISE)
        joined = labels.copy()
        for start in range(0, len(pooled), _BLOCK_ROWS):
            rows = pooled[start : start + _BLOCK_ROWS]
            cosines = self.space[rows] @ middles.T
            best = cosines.argmax(1)
            near = cosines[np.arange(len(rows)), best] >= self.limits.join
            joined[rows[near]] = best[near]
        return joined

    def _founded(self, labels: Labels) -> Labels:
        """Pooled texts that are near to each other found narratives of their own."""
        pooled = np.flatnonzero(labels == NOISE)
        parts = self._parts(pooled)
        founded = labels.copy()
        for part in range(parts.max(initial=NOISE) + 1):
            members = pooled[parts == part]
            founded[members] = self._found(members)
        return founded

    def _parts(self, rows: Labels) -> Labels:
        """Communities among `rows` by one text of each family; those of few families are noise."""
        first = np.sort(np.unique(self.families[rows], return_index=True)[1])
        chosen = rows[first]
        found = communities(
            self.space[chosen],
            neighbours=self.config.neighbours,
            limit=self.limits.link,
            seed=self.seed,
            progress=self.progress,
        )
        sizes = np.bincount(found[found >= 0], minlength=found.max(initial=0) + 1)
        found[(found >= 0) & (sizes[found] < self.config.min_narrative_texts)] = NOISE
        of_family = dict(zip(self.families[chosen].tolist(), found.tolist(), strict=True))
        return renumbered(
            np.array([of_family[family] for family in self.families[rows].tolist()], np.int64)
        )

    def _found(self, members: Labels) -> int:
        """A new narrative, named after the member nearest to its middle."""
        nearness = self.space[members] @ self.space[members].sum(0)
        founder = self.ids[members[int(nearness.argmax())]]
        name, attempt = stable_id("nar", founder, self.founded), 1
        while name in self.taken:
            name, attempt = stable_id("nar", founder, self.founded, str(attempt)), attempt + 1
        self.taken.add(name)
        self.names.append(name)
        return len(self.names) - 1

    def _merged(self, labels: Labels, oldest: int) -> Labels:
        """Narratives whose middles are nearly the same become one: the older, else the larger."""
        count = len(self.names)
        if not count:
            return labels
        sizes = np.bincount(labels[labels >= 0], minlength=count)
        middles = self._middles(labels)
        order = sorted(range(count), key=lambda one: (one >= oldest, -sizes[one], self.names[one]))
        rank = np.empty(count, np.int64)
        rank[order] = np.arange(count)
        heir = np.arange(count)
        for start in range(0, count, _BLOCK_ROWS):
            block = order[start : start + _BLOCK_ROWS]
            near = middles[block] @ middles.T >= self.limits.merge
            for place, column in zip(*np.nonzero(near), strict=True):
                first, second = block[place], int(column)
                if rank[first] < rank[second] and heir[first] == first and heir[second] == second:
                    heir[second] = first
        merged = np.where(labels >= 0, heir[np.maximum(labels, 0)], NOISE)
        for ended in np.flatnonzero(heir != np.arange(count)).tolist():
            if ended < oldest and sizes[ended]:
                self.went_into[self.names[ended]] = self.names[heir[ended]]
        return merged

    def _split(self, labels: Labels, before: Labels) -> Labels:
        """Narratives that grew much are parted where they no longer hang together."""
        after = np.bincount(labels[labels >= 0], minlength=len(self.names))
        result = labels.copy()
        for one in np.flatnonzero(after[: len(before)] >= _RECHECK_GROWTH * before).tolist():
            rows = np.flatnonzero(labels == one)
            parts = self._parts(rows)
            sizes = np.bincount(parts[parts >= 0], minlength=1)
            for part in np.argsort(-sizes, kind="stable")[1:].tolist():
                if sizes[part] >= _SPLIT_SHARE * len(rows):
                    members = rows[parts == part]
                    result[members] = self._found(members)
                    self.came_from[self.names[-1]] = self.names[one]
        return result

    def _assignment(self, labels: Labels) -> pa.Table:
        middles = self._middles(labels)
        inside = labels >= 0
        similarity = np.zeros(len(labels), np.float32)
        similarity[inside] = np.einsum("ij,ij->i", self.space[inside], middles[labels[inside]])
        names = [self.names[label] if label >= 0 else None for label in labels.tolist()]
        return pa.table(
            {
                "text_id": self.ids,
                "narrative_id": names,
                "similarity": pa.array(similarity, mask=~inside),
            },
            schema=ASSIGNMENT,
        )


def _families(ordered: pa.Table) -> Labels:
    if "family" not in ordered.column_names:
        return np.arange(ordered.num_rows)
    return np.unique(np.array(ordered["family"].to_pylist(), dtype=str), return_inverse=True)[1]


def _known(previous: pa.Table | None) -> dict[str, str]:
    if previous is None:
        return {}
    pairs = zip(previous["text_id"].to_pylist(), previous["narrative_id"].to_pylist(), strict=True)
    return {text: narrative for text, narrative in pairs if narrative}
