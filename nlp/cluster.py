"""Texts gathered into candidate narratives, from run to run.

A narrative keeps the id that its founding text gave it. New texts join the narrative whose middle
is near; what is left is pooled and parted anew; texts that are near to nothing stay noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from baken.config import NlpConfig
from baken.ids import stable_id
from baken.nlp.language import UNDETERMINED
from baken.nlp.leiden import NOISE, Labels, communities, linked, members, near, renumbered
from baken.nlp.middles import Middles
from baken.nlp.neighbours import Mask, nearest, nearest_target
from baken.nlp.space import Limits, centred, limits_in, paired
from baken.protocols import Progress, Vectors, silent

ASSIGNMENT = pa.schema(
    [
        pa.field("text_id", pa.string(), nullable=False),
        ("narrative_id", pa.string()),
        ("similarity", pa.float32()),
    ]
)
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
    run (its time, say), any id of another run. Texts that `previous` left without a narrative found
    none among themselves, so that only what is near to a new text is parted. A similarity is the
    cosine to the middle of the narrative. The order of rows doesn't matter, and a repeated run
    changes nothing.
    """
    ordered = texts.append_column("row", pa.array(np.arange(texts.num_rows))).sort_by("text_id")
    ids = ordered["text_id"].to_pylist()
    if not ids:
        return Clustering(ASSIGNMENT.empty_table())
    languages = [language or UNDETERMINED for language in ordered["language"].to_pylist()]
    space = centred(vectors, ordered["row"].to_numpy(), languages)
    known = _known(previous)
    seen = set() if previous is None else set(previous["text_id"].to_pylist())
    families = _families(ordered)
    work = _Work(
        ids=ids,
        space=space,
        families=families,
        # The copies of a text weigh no more than one text.
        middles=Middles(space, (1 / np.bincount(families))[families].astype(np.float32)),
        fresh=np.bincount(families, [text not in seen for text in ids])[families] > 0,
        config=config,
        seed=seed,
        founded=founded,
        limits=limits_in(space, seed),
        taken=set(taken) | set(known.values()),
        progress=progress,
    )
    return work.clustering(known)


class _Links(NamedTuple):
    """Rows, and the graph of those that are near to each other."""

    rows: Labels
    graph: Any


@dataclass(slots=True)
class _Work:
    """One run over texts in the order of their ids."""

    ids: list[str]
    space: Vectors
    families: Labels
    middles: Middles
    fresh: Mask
    config: NlpConfig
    seed: int
    founded: str
    limits: Limits
    taken: set[str]
    progress: Progress
    names: list[str] = field(default_factory=list)
    came_from: dict[str, str] = field(default_factory=dict)
    went_into: dict[str, str] = field(default_factory=dict)
    links: _Links | None = None

    def clustering(self, known: dict[str, str]) -> Clustering:
        labels = self._remembered(known)
        before = self._sizes(labels)
        for _ in range(_MAX_ROUNDS):
            start = labels
            labels = self._joined(labels)
            labels = self._founded(labels)
            labels = self._merged(labels, oldest=len(before))
            if np.array_equal(labels, start):
                break
        parted = self._split(labels, before)
        if parted is not labels:
            # What is parted by its links may yet be one by its middle.
            labels = self._merged(parted, oldest=len(before))
        living = {self.names[label] for label in np.flatnonzero(self._sizes(labels)).tolist()}
        came_from = {name: old for name, old in self.came_from.items() if name in living}
        return Clustering(self._assignment(labels), came_from, self.went_into)

    def _remembered(self, known: dict[str, str]) -> Labels:
        self.names = sorted({known[text] for text in self.ids if text in known})
        number = {name: place for place, name in enumerate(self.names)}
        return np.array([number[known[i]] if i in known else NOISE for i in self.ids], np.int64)

    def _joined(self, labels: Labels) -> Labels:
        """Pooled texts go to the narrative whose middle is near enough."""
        living = np.flatnonzero(self._sizes(labels))
        if not len(living):
            return labels
        pooled = np.flatnonzero(labels == NOISE)
        targets = self.middles.of(labels, len(self.names))[living]
        best, cosines = nearest_target(self.space[pooled], targets, seed=self.seed)
        joined = labels.copy()
        within = cosines >= self.limits.join[pooled]
        joined[pooled[within]] = living[best[within]]
        return joined

    def _sizes(self, labels: Labels) -> Labels:
        return np.bincount(labels[labels >= 0], minlength=len(self.names))

    def _restless(self, pooled: Labels) -> Labels:
        """The new ones among `pooled` and what is near to them; all where most are new."""
        rows = self._spoken(pooled)
        fresh = self.fresh[rows]
        if 2 * fresh.sum() >= len(rows):
            return rows
        count = min(self.config.neighbours, len(rows) - 1)
        found = nearest(self.space[rows], count, seed=self.seed, asked=fresh)
        restless = fresh.copy()
        restless[found.rows[near(found, self.limits.link[rows])]] = True
        return rows[restless]

    def _spoken(self, rows: Labels) -> Labels:
        """Of each family among `rows` its first text."""
        return rows[np.sort(np.unique(self.families[rows], return_index=True)[1])]

    def _links(self, rows: Labels) -> _Links:
        """Which of `rows` are near to each other; of each family its first text speaks."""
        rows = self._spoken(rows)
        # All the rows of a large corpus are not copied.
        graph = linked(
            self.space if len(rows) == len(self.space) else self.space[rows],
            neighbours=self.config.neighbours,
            limits=self.limits.link[rows],
            seed=self.seed,
            progress=self.progress,
        )
        return _Links(rows, graph)

    def _founded(self, labels: Labels) -> Labels:
        """Pooled texts that are near to each other found narratives of their own."""
        pooled = np.flatnonzero(labels == NOISE)
        # Texts leave the pool and none comes back, so that its links are looked for once.
        links = self.links = self.links or self._links(self._restless(pooled))
        place = np.flatnonzero(labels[links.rows] == NOISE)
        parts = self._parts(pooled, _Links(links.rows[place], links.graph[place][:, place]))
        founded = labels.copy()
        for _, part in members(parts):
            founded[pooled[part]] = self._found(pooled[part])
        return founded

    def _parts(self, rows: Labels, links: _Links) -> Labels:
        """Communities among `rows`; those of few families are noise, copies go with each other."""
        found = communities(links.graph, seed=self.seed)
        sizes = np.bincount(found[found >= 0], minlength=found.max(initial=0) + 1)
        found[(found >= 0) & (sizes[found] < self.config.min_narrative_texts)] = NOISE
        of_family = np.full(len(self.ids), NOISE, np.int64)
        of_family[self.families[links.rows]] = found
        return renumbered(of_family[self.families[rows]])

    def _found(self, rows: Labels) -> int:
        """A new narrative, named after the text nearest to its middle."""
        mine = self.space[rows]
        founder = self.ids[rows[int((mine @ mine.sum(0)).argmax())]]
        name, attempt = stable_id("nar", founder, self.founded), 1
        while name in self.taken:
            name, attempt = stable_id("nar", founder, self.founded, str(attempt)), attempt + 1
        self.taken.add(name)
        self.names.append(name)
        return len(self.names) - 1

    def _merged(self, labels: Labels, oldest: int) -> Labels:
        """Narratives whose middles are nearly the same become one: the older, else the larger."""
        if not self.names:
            return labels
        sizes = self._sizes(labels)
        order = sorted(
            np.flatnonzero(sizes).tolist(),
            key=lambda one: (one >= oldest, -sizes[one], self.names[one]),
        )
        middles = self.middles.of(labels, len(self.names))[order]
        heir = np.arange(len(self.names))
        for start in range(0, len(order), _BLOCK_ROWS):
            same = middles[start : start + _BLOCK_ROWS] @ middles.T >= self.limits.merge
            for place, other in zip(*np.nonzero(np.triu(same, start + 1)), strict=True):
                first, second = order[start + place], order[other]
                if heir[first] == first and heir[second] == second:
                    heir[second] = first
        merged = np.where(labels >= 0, heir[np.maximum(labels, 0)], NOISE)
        for ended in np.flatnonzero(heir[:oldest] != np.arange(oldest)).tolist():
            self.went_into[self.names[ended]] = self.names[heir[ended]]
        return merged

    def _split(self, labels: Labels, before: Labels) -> Labels:
        """Narratives that grew much are parted where they no longer hang together."""
        after = self._sizes(labels)[: len(before)]
        grown = np.flatnonzero(after >= _RECHECK_GROWTH * before)
        result = labels
        for one, rows in members(np.where(np.isin(labels, grown), labels, NOISE)):
            parts = self._parts(rows, self._links(rows))
            sizes = np.bincount(parts[parts >= 0], minlength=1)
            for part in np.argsort(-sizes, kind="stable")[1:].tolist():
                if sizes[part] >= _SPLIT_SHARE * len(rows):
                    apart = rows[parts == part]
                    result = result.copy() if result is labels else result
                    result[apart] = self._found(apart)
                    self.came_from[self.names[-1]] = self.names[one]
        return result

    def _assignment(self, labels: Labels) -> pa.Table:
        middles = self.middles.of(labels, len(self.names))
        inside = labels >= 0
        rows = np.flatnonzero(inside)
        similarity = np.zeros(len(labels), np.float32)
        similarity[rows] = paired(self.space, rows, middles, labels[rows])
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
